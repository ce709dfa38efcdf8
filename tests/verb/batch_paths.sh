#!/bin/bash
# Paths as a container's users write them: the config, file:// and the results lie inside, by way of volumes.
# shellcheck source=tests/verb/batch_lib.sh
. "$RF_TOP/tests/verb/batch_lib.sh"

cd "$HOME" || exit 99
# shellcheck disable=SC2016 # the engine's shell expands it
stub words 'echo read $(wc -c <"$1") bytes'
bytes=$(wc -c <"$page")
mkdir -p configs in
cp "$page" in/page.png
printf '{"type":"ocr","ocr_config":{"language":"eng","engine":"words"}}' >configs/config.json
printf '{"type":"ocr","ocr_config":{"language":"eng","engine":"words"},"fetch_data":{"url":"file:///tmp/page.png"}}' >configs/fetch.json
chmod -R a+rX configs in
words="read $bytes bytes"

same "config in a volume, by its path inside" "$words" \
    "$(batch --format txt -v ./configs:/configs_dir:ro --job-config /configs_dir/config.json "$page" 2>&1)"
same "the container's own place for it" "$words" \
    "$(batch --format txt -v ./configs/config.json:/config.json "$page" 2>&1)"
same "intermediate files in memory, config in a volume at /tmp" "$words" \
    "$(batch --format txt --read-only --tmpfs /home/smuser -v ./configs:/tmp --job-config /tmp/config.json "$page" 2>&1)"
same "file:// below a volume" "$words" \
    "$(batch --format txt -v ./configs:/configs:ro -v ./in:/tmp:ro --job-config /configs/fetch.json 2>&1)"
same "the input at the container's own place" "$words" \
    "$(batch --engine words --format txt -v ./in/page.png:/input.audio 2>&1)"

job_fails "a config hidden under a tmpfs" "it lies under a --tmpfs" --tmpfs /tmp --job-config /tmp/config.json "$page"
job_fails "a config where no volume lies" "no volume lies there (-v puts some at /configs_dir)" \
    -v ./configs:/configs_dir:ro --job-config /example_configs_dir/config.json "$page"
job_fails "a config that the volume lacks" "in ./configs, which -v puts at /c: No such file" \
    -v ./configs:/c:ro --job-config /c/nosuch.json "$page"
ln -s /etc/passwd configs/link.json
job_fails "a config that is a link out of its volume" "leads out of the volume" \
    -v ./configs:/c:ro --job-config /c/link.json "$page"
job_fails "a config that is a directory" "a directory" -v ./configs:/c:ro --job-config /c "$page"
job_usage "a relative --job-config" "want an absolute path inside" --job-config nosuch/x "$page"
cp configs/config.json configs/secret.json
chmod 600 configs/secret.json
if is_root; then
    job_fails "a config that the user could not read" "uid 1000 cannot read it" \
        -u 1000:1000 -v ./configs:/c:ro --job-config /c/secret.json "$page"
    chown 1000 configs/secret.json
    same "and one that he can" "$words" \
        "$(batch --format txt -u 1000:1000 -v ./configs:/c:ro --job-config /c/secret.json "$page" 2>&1)"
fi

printf '{"type":"ocr","ocr_config":{"language":"eng","engine":"words"},"fetch_data":{"url":"file:///etc/passwd"}}' >configs/bad.json
job_fails "file:// where nothing is allowed" "only below directories that the administrator lists" -v ./configs:/c:ro --job-config /c/bad.json
printf '{"type":"ocr","ocr_config":{"language":"eng","engine":"words"},"fetch_data":{"url":"file:///tmp/../etc/passwd"}}' >configs/bad.json
job_fails "file:// that climbs" 'no "." and ".."' -v ./configs:/c:ro -v ./in:/tmp:ro --job-config /c/bad.json
ln -s /etc/passwd in/link
printf '{"type":"ocr","ocr_config":{"language":"eng","engine":"words"},"fetch_data":{"url":"file:///tmp/link"}}' >configs/bad.json
job_fails "file:// to a link" "links are not followed" -v ./configs:/c:ro -v ./in:/tmp:ro --job-config /c/bad.json
job_fails "a file and fetch_data at once" "fetch_data as well" -v ./configs:/c:ro -v ./in:/tmp:ro \
    --job-config /c/fetch.json "$page"

# --- results into a directory ---

mkdir results
is_root && chown 1020:4000 results
same "the result still comes on standard output" "$words" \
    "$(batch -u 1020:4000 --engine words --format txt -v ./results:/out --all-formats /out "$page" 2>&1)"
same "and a file of each form lies in the directory" "result.json result.txt" "$(cd results && echo *)"
same "with the result in it" "$words" "$(cat results/result.txt)"
if is_root; then
    same "owned by the user of the rings" "1020:4000 1020:4000" "$(stat -c %u:%g results/* | paste -sd' ')"
else
    same "owned by the caller" "$(id -u):$(id -g)" "$(stat -c %u:%g results/* | sort -u)"
fi
tap_true "a second job replaces them" batch -u 1020:4000 --engine words --format txt -v ./results:/out --all-formats /out "$page"
same "a directory of this machine, without a volume" "$words" \
    "$(batch -u 1020:4000 --engine words --format txt --all-formats "$HOME/results" "$page" 2>&1)"
tap_exit 1 "results under a tmpfs would be gone" batch --engine words --tmpfs /out --all-formats /out "$page"
tap_exit 1 "results into a read-only volume" batch --engine words -v ./results:/out:ro --all-formats /out "$page"
rm results/result.txt
ln -s "$HOME/victim" results/result.txt
batch -u 1020:4000 --engine words --format txt --all-formats "$HOME/results" "$page" >/dev/null 2>&1
same "a link in place of a result is not followed" "" "$(cat victim 2>/dev/null)"
if is_root; then
    mkdir closed
    job_ends 1 "a directory that the user cannot write" "closed" -u 1020:4000 --engine words --all-formats "$HOME/closed" "$page"
    mkdir mine
    chown 1500:1500 mine
    batch -u 1020:4000 --engine words --format txt -v ./mine:/out:idmap --all-formats /out "$page" >/dev/null 2>&1
    same "an id-mapped directory keeps its owner" "1500:1500" "$(stat -c %u:%g mine/* | sort -u)"
fi
report=$(batch -u 1020:4000 --engine words --format txt --all-formats "$HOME/results" --report - "$page" 2>&1 >/dev/null)
holds "keeping the result is told apart from writing to disk" \
    "nothing was written to a disk-backed file system by any ring" "$report"
tap_end
