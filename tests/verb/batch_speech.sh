#!/bin/bash
# Real speech, heard by the real pocketsphinx: the same words as without a ring.
# shellcheck source=tests/verb/batch_lib.sh
. "$RF_TOP/tests/verb/batch_lib.sh"

has pocketsphinx_continuous ffmpeg || { echo "pocketsphinx or ffmpeg is missing"; exit 77; }
[ -d /usr/share/pocketsphinx/model/en-us ] || { echo "pocketsphinx-en-us is missing"; exit 77; }
cd "$HOME" || exit 99
speech=$RF_TOP/examples/batch/sentence.flac
ffmpeg -nostdin -loglevel error -i "$speech" -ac 1 -ar 16000 -f s16le bare.raw
ffmpeg -nostdin -loglevel error -i "$speech" -ac 1 -ar 16000 plain.wav
heard=$(pocketsphinx_continuous -infile bare.raw -logfn /dev/null)

words() {
    jq -r '[.results[] | select(.type == "word") | .alternatives[0].content] | join(" ")'
}
batch "$speech" >ours.json
same "the words are the bare engine's" "$heard" "$(words <ours.json)"
same "what was said" "$(cat "$RF_TOP/examples/batch/sentence.txt")" "$heard"
tap_true "in order, with times" jq -e '[.results[].start_time] | . == sort and .[-1] > 1' ours.json
tap_true "confidence is at most 1" jq -e 'all(.results[].alternatives[]; .confidence >= 0 and .confidence <= 1)' ours.json
same "each utterance ends" "." "$(jq -r '.results[-1].alternatives[0].content' ours.json)"
same "16 kHz mono needs no decoder" "$heard" "$(batch plain.wav | words)"
report=$(batch --report - plain.wav 2>&1 >/dev/null)
holds "and so only one ring" "ring 1 of 1" "$report"

forms='wav mp3 aac ogg mp2 m4a mp4 flac'
is_root || forms='mp3 m4a' # hearing takes long, and decoding is the same for everybody
for form in $forms; do
    ffmpeg -nostdin -loglevel error -i "$speech" -ac 2 -ar 44100 -f "$(case $form in aac) echo adts ;; m4a) echo ipod ;; *) echo "$form" ;; esac)" \
        "x.$form" 2>/dev/null || { tap_skip "$form" "this ffmpeg writes none"; continue; }
    ffmpeg -nostdin -loglevel error -i "x.$form" -ac 1 -ar 16000 -f s16le -y "x.raw"
    same "$form: the words are the bare engine's" "$(pocketsphinx_continuous -infile x.raw -logfn /dev/null)" \
        "$(batch "x.$form" | words)"
done

same "txt" "$heard." "$(batch --format txt "$speech" | tr '\n' ' ' | sed 's/ *$//')"
srt=$(batch --format srt "$speech")
holds "srt has times" " --> " "$srt"
[ "$(awk '{ if (length($0) > most) most = length($0) } END { print most + 0 }' <<<"$srt")" -le 37 ]
tap_result $? "its lines have at most 37 characters" "$srt"
printf '{"type":"transcription","transcription_config":{"language":"en"},"output_config":{"srt_overrides":{"max_line_length":20,"max_lines":1}}}' >job.json
[ "$(batch --format srt --job-config "$HOME/job.json" "$speech" | awk '{ if (length($0) > most && !/-->/) most = length($0) } END { print most + 0 }')" -le 20 ]
tap_result $? "or fewer when the config says so"

printf '{"type":"transcription","transcription_config":{"language":"en","diarization":"channel","channel_diarization_labels":["Agent","Caller"]}}' >job.json
ffmpeg -nostdin -loglevel error -i "$speech" -filter_complex '[0:a]pan=mono|c0=c0[a];[0:a]pan=mono|c0=c0,adelay=1000[b];[a][b]join=inputs=2:channel_layout=stereo' -ar 16000 two.wav
batch --job-config "$HOME/job.json" two.wav >two.json
same "two channels are told apart" "Agent Caller" "$(jq -r '[.results[].channel] | unique | join(" ")' two.json)"
same "each with all of its words" "$heard" "$(jq '{results: [.results[] | select(.channel == "Agent")]}' two.json | words)"

job_fails "a language that is not there" "language" --language de "$speech"
printf '{"type":"ocr","ocr_config":{"language":"eng"}}' >job.json
job_fails "an OCR job of a recording" "recording" --job-config "$HOME/job.json" "$speech"
printf '{"type":"transcription","transcription_config":{"language":"en","diarization":"speaker"}}' >job.json
job_fails "who speaks cannot be told" "diarization" --job-config "$HOME/job.json" "$speech"
ffmpeg -nostdin -loglevel error -f lavfi -i anullsrc=r=8000:cl=mono -t 7 -y long.wav
job_fails "a recording that is too long" "--max-duration" --max-duration 5s long.wav
ffmpeg -nostdin -loglevel error -i long.wav -y long.mp3
job_fails "also where its header does not tell" "--max-duration" --max-duration 5s long.mp3
tap_true "silence is a result" batch --format txt long.wav

# Pieces: more than five minutes, mostly silence, with a sentence at both ends and one across the middle of the cut.
if is_root; then
    ffmpeg -nostdin -loglevel error -i "$speech" -filter_complex \
        '[0:a]asplit=3[a][b][c];[b]adelay=298000[d];[c]adelay=316000[e];[a][d][e]amix=inputs=3:normalize=0' \
        -ac 1 -ar 16000 -y minutes.wav
    report=$(batch -j 2 --format txt --report - minutes.wav 2>&1 >pieces.txt)
    holds "more than five minutes are heard in pieces" "piece 2 of 2" "$report"
    same "no word is lost at the cut" 3 "$(grep -o weather pieces.txt | wc -l)"
fi
tap_end
