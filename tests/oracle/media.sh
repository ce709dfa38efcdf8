#!/bin/bash
# What src/engine/media*.c says of a file, against what ImageMagick and ffmpeg say of it: some hundred and fifty files, made
# by them and by libtiff's and libwebp's tools. MEDIA_INFO is tests/support/media_info.
top=$(cd "$(dirname "$0")/../.." && pwd -P)
# shellcheck source=tests/tap.sh
. "$top/tests/tap.sh"

dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 99

has() {
    command -v "$1" >/dev/null
}

# said FILE: the fields of our line as words NAME=VALUE in the array `ours`, and the kind in `kind`.
declare -A ours
said() {
    local word
    ours=()
    read -r -a words <<<"$("$MEDIA_INFO" "$1" 2>&1 || echo failed)"
    kind=${words[1]-none}
    for word in "${words[@]:2}"; do
        ours[${word%%=*}]=${word#*=}
    done
}

# near A B TOLERANCE: whole numbers; "-" is near nothing but itself.
near() {
    [ "$1" = "$2" ] && return 0
    [ "$1" != - ] && [ "$2" != - ] && [ $(($1 - $2)) -le "$3" ] && [ $(($2 - $1)) -le "$3" ]
}

# --- images: KIND FILE [guess]. Every page as "W H CANVAS_W CANVAS_H X UNITS"; the largest page counts, and the first
# one's density. "guess": the file has none, and ImageMagick says 72 all the same.
image() {
    local theirs pages width height dpi want
    theirs=$(identify -format '%w %h %W %H %x %U\n' "$2" 2>/dev/null)
    read -r pages width height dpi <<<"$(awk -v kind="$1" '
        NF { n++ }
        NF && $1 * $2 > most { most = $1 * $2; w = $1; h = $2 }
        kind == "gif" && NF && $3 * $4 > most { most = $3 * $4; w = $3; h = $4 }
        n == 1 && NF { dpi = $6 == "PixelsPerInch" ? $5 : $6 == "PixelsPerCentimeter" ? $5 * 2.54 : "-" }
        END { print n, w, h, dpi == "-" ? dpi : int(dpi + 0.5) }' <<<"$theirs")"
    [ "${3-}" != guess ] || dpi=-
    said "$2"
    want="$1 $pages pages $width x $height at $dpi"
    tap_out="$theirs"
    [ "$kind" = "$1" ] && [ "${ours[pages]-}" = "$pages" ] && [ "${ours[width]-}" = "$width" ] &&
        [ "${ours[height]-}" = "$height" ] && { [ "$dpi" = - ] || near "${ours[dpi]-}" "$dpi" 1; }
    tap_result $? "$2: $want" "we say $kind ${ours[*]@K}"
}

images() {
    local size density name
    for density in 72 300 118cm; do
        local -a page=(-size 7x3 gradient: -density "${density%cm}" -units PixelsPerInch)
        [ "$density" = "${density%cm}" ] || page[4]=PixelsPerCentimeter
        convert "${page[@]}" "$density.png" && image png "$density.png"
        convert "${page[@]}" "$density.jpg" && image jpeg "$density.jpg"
        convert "${page[@]}" -endian MSB -compress lzw "$density.tif" && image tiff "$density.tif"
        convert "${page[@]}" -endian LSB "$density-lsb.tif" && image tiff "$density-lsb.tif"
        convert "${page[@]}" "TIFF64:$density-64.tif" && image tiff "$density-64.tif"
        convert "${page[@]}" "BMP3:$density.bmp" && image bmp "$density.bmp"
    done
    for size in 1x1 640x480 17x1234; do
        local -a page=(-size "$size" gradient:)
        convert "${page[@]}" "$size.png" && image png "$size.png" guess
        convert "${page[@]}" -interlace PNG -type TrueColorAlpha "$size-a.png" && image png "$size-a.png" guess
        convert "${page[@]}" -type Palette "PNG8:$size-8.png" && image png "$size-8.png" guess
        convert "${page[@]}" "$size.jpg" && image jpeg "$size.jpg" guess
        convert "${page[@]}" -interlace JPEG -type TrueColor "$size-p.jpg" && image jpeg "$size-p.jpg" guess
        convert "${page[@]}" -monochrome -compress group4 "$size-g4.tif" && image tiff "$size-g4.tif" guess
        convert "${page[@]}" "TIFF64:$size-64.tif" && image tiff "$size-64.tif" guess
        convert "${page[@]}" "BMP2:$size-2.bmp" && image bmp "$size-2.bmp" guess
        convert "${page[@]}" -type TrueColorAlpha "BMP:$size-5.bmp" && image bmp "$size-5.bmp" guess
        convert "${page[@]}" "$size.gif" && image gif "$size.gif"
        convert "${page[@]}" "$size.webp" && image webp "$size.webp"
        convert "${page[@]}" -define webp:lossless=true "$size-l.webp" && image webp "$size-l.webp"
        convert -size "$size" 'gradient:#fff-#0000' "$size-a.webp" && image webp "$size-a.webp"
        for name in pbm pgm ppm; do
            convert "${page[@]}" "$size.$name" && image pnm "$size.$name"
            convert "${page[@]}" -compress none "$size-plain.$name" && image pnm "$size-plain.$name"
        done
        convert "${page[@]}" -depth 16 "$size-16.ppm" && image pnm "$size-16.ppm"
    done
    # Several pages of several sizes.
    local -a pages=('(' -size 10x20 gradient: ')' '(' -size 300x40 gradient: ')' '(' -size 50x60 gradient: ')')
    convert "${pages[@]}" three.tif && image tiff three.tif guess
    convert "${pages[@]}" TIFF64:three-64.tif && image tiff three-64.tif guess
    convert "${pages[@]}" three.pgm && image pnm three.pgm
    convert "${pages[@]}" -depth 16 three-16.ppm && image pnm three-16.ppm
    convert "${pages[@]}" -monochrome three.pbm && image pnm three.pbm
    convert "${pages[@]}" three.gif && image gif three.gif
    convert -page +90+50 -size 30x20 gradient: late.gif && image gif late.gif
    if has img2webp; then
        convert -size 30x40 gradient: a.png && convert -size 30x40 plasma: b.png
        img2webp a.png b.png a.png -o moving.webp >/dev/null 2>&1 && image webp moving.webp
    else
        tap_skip "a moving webp" "img2webp is missing"
    fi
}

# --- sound: KIND FILE [-]: rate, channels, and the duration as decoded; coders add up to two frames and a half at the
# beginning and the end, which decoders may take away. "-": the duration is not to be had from the headers.
sound() {
    local rate channels bytes ms
    bytes=$(ffmpeg -nostdin -hide_banner -i "$2" -map 0:a:0 -f s16le - 2>log | wc -c)
    read -r rate channels <<<"$(sed -n 's/.*Stream #0.* Audio: .* \([0-9]*\) Hz, \([a-z0-9]*\).*/\1 \2/p' log)"
    case $channels in
        mono) channels=1 ;;
        stereo) channels=2 ;;
        5) channels=6 ;; # 5.1
    esac
    ms=$((bytes * 1000 / 2 / channels / rate))
    [ "${3-}" != - ] || ms=-
    said "$2"
    tap_out=''
    [ "$kind" = "$1" ] && near "${ours[ms]-}" "$ms" $((5 * 576000 / rate + 20)) &&
        { [ "${ours[rate]-}" = "$rate" ] || [ "${ours[rate]-}" = - ]; } &&
        { [ "${ours[channels]-}" = "$channels" ] || [ "${ours[channels]-}" = - ]; }
    tap_result $? "$2: $1 $ms ms $rate Hz $channels channels" "we say $kind ${ours[*]@K}"
}

# known RATE CHANNELS: the last file's figures were known, not only not wrong.
known() {
    [ "${ours[rate]-}" = "$1" ] && [ "${ours[channels]-}" = "$2" ]
    tap_result $? "and both are known: $1 $2" "we say ${ours[*]@K}"
}

# make FILE SECONDS RATE CHANNELS [OPTION...]
make() {
    local file=$1 seconds=$2 rate=$3 channels=$4
    shift 4
    ffmpeg -nostdin -v error -y -f lavfi -i "sine=frequency=440:sample_rate=$rate:duration=$seconds" \
        -map_metadata -1 -ac "$channels" "$@" "$file" 2>/dev/null
}

sounds() {
    local rate channels name
    for rate in 8000 16000 44100; do
        channels=$((rate == 16000 ? 1 : 2))
        name=$rate
        make "$name.wav" 1.5 "$rate" "$channels" && sound wav "$name.wav" && known "$rate" "$channels"
        make "$name.flac" 1.5 "$rate" "$channels" && sound flac "$name.flac" && known "$rate" "$channels"
        make "$name.mp3" 1.5 "$rate" "$channels" && sound mp3 "$name.mp3" && known "$rate" "$channels"
        make "$name-cbr.mp3" 1.5 "$rate" "$channels" -b:a 64k -write_xing 0 -id3v2_version 0 &&
            sound mp3 "$name-cbr.mp3"
        make "$name-vbr.mp3" 1.5 "$rate" "$channels" -q:a 5 -write_id3v1 1 -metadata title=x &&
            sound mp3 "$name-vbr.mp3"
        make "$name.aac" 1.5 "$rate" "$channels" -f adts && sound aac "$name.aac" && known "$rate" "$channels"
        make "$name.m4a" 1.5 "$rate" "$channels" -c:a aac && sound m4a "$name.m4a" && known "$rate" "$channels"
        make "$name.ogg" 1.5 "$rate" "$channels" -c:a libvorbis && sound ogg "$name.ogg" && known "$rate" "$channels"
    done
    make 24.wav 1.5 44100 2 -c:a pcm_s24le && sound wav 24.wav && known 44100 2
    make float.wav 1.5 44100 1 -c:a pcm_f32le && sound wav float.wav && known 44100 1
    make law.wav 1.5 8000 1 -c:a pcm_alaw && sound wav law.wav && known 8000 1
    make adpcm.wav 1.5 8000 1 -c:a adpcm_ms && sound wav adpcm.wav - && known 8000 1
    make fast.m4a 1.5 44100 2 -c:a aac -movflags +faststart && sound m4a fast.m4a && known 44100 2
    make plain.mp4 1.5 44100 2 -c:a aac && sound mp4 plain.mp4 && known 44100 2
    make pieces.mp4 1.5 44100 2 -c:a aac -movflags empty_moov+frag_keyframe && sound mp4 pieces.mp4 -
    make plain.mov 1.5 44100 2 -c:a pcm_s16le && sound mp4 plain.mov && known 44100 2
    make plain.opus 1.5 48000 2 -c:a libopus && sound ogg plain.opus && known 48000 2
    make flac.ogg 1.5 44100 2 -c:a flac && sound ogg flac.ogg && known 44100 2
    make plain.mp2 1.5 44100 2 && sound mp2 plain.mp2 && known 44100 2
    make x.spx 1.5 16000 1 -c:a libspeex && sound ogg x.spx && known 16000 1
    make stream.mpg 1.5 44100 2 -c:a mp2 -f mpeg && sound mpeg stream.mpg -
    make stream.vob 1.5 44100 2 -c:a mp2 -f vob && sound mpeg stream.vob -
    make stream.ts 1.5 44100 2 -c:a aac -f mpegts && sound mpegts stream.ts -
    make stream.m2ts 1.5 44100 2 -c:a mp2 -mpegts_m2ts_mode 1 -f mpegts && sound mpegts stream.m2ts -
    make long.wav 3 16000 1 -rf64 always && sound wav long.wav && known 16000 1
    make ext.wav 1 16000 6 -channel_layout 5.1 && sound wav ext.wav && known 16000 6
    ffmpeg -nostdin -v error -f lavfi -i sine=sample_rate=16000:duration=1 -f wav - >piped.wav 2>/dev/null
    sound wav piped.wav && known 16000 1
    tap_true "it is what a speech engine takes" [ "${ours[speech]}" = 1 ]
    [ "$(tail -c +"$((${ours[data]%+*} + 1))" piped.wav | head -c "${ours[data]#*+}" | cksum)" = \
        "$(ffmpeg -nostdin -v error -i piped.wav -f s16le - | cksum)" ]
    tap_result $? "and its samples are where we say" "data ${ours[data]}"
    # Silence in AMR, of which Debian has only a decoder.
    { printf '#!AMR\n'; for ((i = 0; i < 50; i++)); do printf '\x3c'; head -c 31 /dev/zero; done; } >silence.amr
    sound amr silence.amr && known 8000 1
    { printf '#!AMR-WB\n'; for ((i = 0; i < 50; i++)); do printf '\x44'; head -c 60 /dev/zero; done; } >wide.amr
    sound amr wide.amr && known 16000 1
}

# --- what none of them is
is_unknown() {
    said "$1"
    tap_true "$1 is nothing that we know" [ "$kind" = unknown ]
}

unknowns() {
    printf '#EXTM3U\n#EXT-X-VERSION:3\nhttp://127.0.0.1/x.ts\n' >list.mp3 && is_unknown list.mp3
    printf "ffconcat version 1.0\nfile '/etc/passwd'\n" >concat.mp3 && is_unknown concat.mp3
    printf '/etc/passwd\n/home/x/page.png\n' >list.png && is_unknown list.png
    printf '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>\n' >x.svg && is_unknown x.svg
    if has ffmpeg; then
        make x.w64 1 16000 1 -f w64 && is_unknown x.w64
        make x.au 1 16000 1 -f au && is_unknown x.au
        make x.mka 1 16000 1 -f matroska && is_unknown x.mka
        make x.aiff 1 16000 1 && is_unknown x.aiff
    fi
    if has convert; then
        for name in ico xpm xbm pcx tga pam psd sgi; do
            convert -size 9x9 gradient: "x.$name" 2>/dev/null && is_unknown "x.$name"
        done
    fi
}

if has convert && has identify; then images; else tap_skip images "imagemagick is missing"; fi
if has ffmpeg; then sounds; else tap_skip sounds "ffmpeg is missing"; fi
unknowns
tap_end
