#!/bin/sh
# Split, sort and join the words of a text by way of files in a directory of its own.
set -e
mkdir -p /processing/parts
tr -s ' ' '\n' <<TEXT >/processing/words
the quick brown fox jumps over the lazy dog
TEXT
while read -r word; do
    echo "$word" >>"/processing/parts/${#word}"
done </processing/words
cat /processing/parts/* | sort -u >/processing/result
rm -r /processing/parts
echo "$(wc -l </processing/result) different words, by way of $(wc -l </processing/words)"
