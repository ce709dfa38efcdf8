#!/bin/bash
# `ringfence check`: which files it takes, what it says, and how it ends.
# shellcheck source=tests/verb/lib.sh
. "$RF_TOP/tests/verb/lib.sh"

if [ ! -x "$(dirname "$RINGFENCE")/ringfence-tools" ]; then
    tap_skip check "built without ringfence-tools"
    tap_end
fi
cd "$TMPDIR" || exit 99

# ends NAME CODE WORD...: what it prints is kept in $out, errors too
ends() {
    local name=$1 want=$2 got
    shift 2
    out=$("$RINGFENCE" check "$@" 2>&1)
    got=$?
    same "$name: exit code" "$want" "$got"
}
ids() { # of the JSON in $out: "RULE FILE:LINE", a line each
    jq -r '.findings[] | select(.suppressed | not) | "\(.id) \(.file):\(.line)"' <<<"$out"
}

pod() { # USER-LINE...
    printf '%s\n' 'apiVersion: v1' 'kind: Pod' 'metadata: {name: p}' 'spec:' '  containers:' '  - name: c' "$@"
}

# --- Pod Security Standards
pod '    securityContext: {privileged: true}' >privileged.yaml
pod >plain.yaml
pod '    securityContext:' '      allowPrivilegeEscalation: false' '      runAsNonRoot: true' \
    '      capabilities: {drop: [ALL]}' '      seccompProfile: {type: RuntimeDefault}' >tight.yaml
ends "a privileged pod is not baseline" 1 --pss baseline privileged.yaml
holds "in the API server's words" 'pods "p" is forbidden: violates PodSecurity "baseline:latest": privileged (container "c" must not set securityContext.privileged=true)' "$out"
holds "with the line" "privileged.yaml:7:" "$out"
ends "a plain pod is baseline" 0 --pss baseline plain.yaml
ends "but not restricted" 1 --pss restricted@v1.30 plain.yaml
ends "a tight one is" 0 --pss restricted@v1.30 tight.yaml
ends "a level that is none" 2 --pss strict plain.yaml
holds "is named" "strict" "$out"
ends "no manifest at all" 0 --pss restricted - <<<'a: b'
ends "from standard input" 1 --pss restricted - <plain.yaml

# --- words that would change nothing
ends "--docker-socket without --live" 2 --docker-socket /x plain.yaml
holds "says why" "--live, which is not given" "$out"
ends "--pss with --live" 2 --pss baseline --live
ends "--pss with --profile" 2 --pss baseline --profile cis plain.yaml
ends "--summary with another format" 2 --summary --format sarif plain.yaml
ends "--json with another format" 2 --json --format sarif plain.yaml

# --- files
mkdir -p tree/a/b tree/build
printf 'FROM debian:12\nUSER 0\n' | tee tree/Dockerfile tree/a/app.dockerfile tree/a/Dockerfile.gpu tree/build/Dockerfile >tree/a/b/Containerfile
cp privileged.yaml tree/a/
printf 'build/\n' >tree/.gitignore
printf '/b\n' >tree/a/.gitignore
ends "a folder" 1 --json tree
for file in Dockerfile a/app.dockerfile a/Dockerfile.gpu; do
    holds "$file is looked at" "RF-USER-001 tree/$file:2" "$(ids)"
done
lacks "what .gitignore leaves out is not" build/ "$(ids)"
lacks "nor what one further down does" /b/ "$(ids)"
ends "--exclude" 1 --json --exclude '*.gpu' tree
lacks "leaves out" gpu "$(ids)"
ln -s /etc tree/link
ends "a link is not followed" 1 --json tree
same "and nothing else changes" "" "$(ids | grep link)"
ends "a file that is not there" 2 nowhere.yaml
holds "is named" "nowhere.yaml" "$out"
printf 'hello\n' >text
ends "a file that is nothing we know" 2 text
printf 'FROM debian:12\nUSR 0\n' >Dockerfile.bad
ends "a Dockerfile that no builder takes" 2 Dockerfile.bad
holds "has its place" "Dockerfile.bad:2:1: info RF-PARSE-001" "$out"
pod '    image: "{{ .Values.image }}"' >helm.yaml
ends "a template" 0 --json helm.yaml
same "is told to be one, and nothing else" "RF-PARSE-002 helm.yaml:7" "$(ids)"
head -c 9000000 /dev/zero | tr '\0' a >Dockerfile.huge
ends "a file of 9 MB" 2 Dockerfile.huge
holds "is refused" "larger than 8192 KiB" "$out"

# --- guides
ends "--profile" 1 --json --profile pss plain.yaml
holds "has what the guide asks for" RF-NNP-001 "$(ids)"
lacks "and nothing else" RF-RES-001 "$(ids)"
printf 'FROM debian:12 AS base\nUSER 7:7\nFROM base AS debug\nUSER 0\n' >Dockerfile
ends "--target" 1 --json --target base Dockerfile
lacks "judges the stage that is shipped" RF-USER-001 "$(ids)"
ends "--target that is none" 2 --target nosuch Dockerfile
holds "is an error" "no stage that is called" "$out"
mkdir stages
cp Dockerfile stages/
ends "in a folder" 1 --json --target nosuch stages
holds "the last stage is judged" "RF-USER-001 stages/Dockerfile:4" "$(ids)"
ends "a Dockerfile under --pss" 2 --pss restricted Dockerfile
printf 'services:\n  a: {image: "a:1"}\n' >compose.yaml
ends "a Compose file under --pss" 2 --pss restricted compose.yaml
rm compose.yaml

# --- what it says
printf 'FROM debian:12\n\tUSER "root"\n' >Dockerfile
ends "text" 1 Dockerfile
holds "has the place and the rule" 'Dockerfile:2:7: high RF-USER-001 [stage 0]: it runs as root' "$out"
holds "the line and a caret" $'      2 | \tUSER "root"\n        | \t     ^~~~~~' "$out"
lacks "no colour in a pipe" $'\033' "$out"
ends "colour on a terminal" 0 --help
if command -v script >/dev/null; then
    holds "but on a terminal" $'\033[31mhigh' "$(script -qc "$RINGFENCE check Dockerfile" /dev/null </dev/null)"
fi
printf 'FROM debian:12\nUSER 0 # \033[2Jevil\n' >Dockerfile
ends "control characters" 1 Dockerfile
lacks "do not reach the terminal" $'\033' "$out"
printf 'FROM debian:12\nUSER 0\n' >Dockerfile
ends "--fail-on" 0 --fail-on critical Dockerfile
ends "--summary" 1 --summary Dockerfile
holds "counts" "1  high     RF-USER-001" "$out"
ends "--format github" 1 --format github Dockerfile
holds "is a workflow command" "::error file=Dockerfile,line=2,col=6,title=RF-USER-001::" "$out"
ends "--format sarif" 1 --format sarif Dockerfile
same "is SARIF with the place" "2.1.0 RF-USER-001 error Dockerfile 2 6" "$(jq -r '.version as $v | .runs[0] |
    .results[] | select(.ruleId == "RF-USER-001") | "\($v) \(.ruleId) \(.level) \(.locations[0].physicalLocation |
    "\(.artifactLocation.uri) \(.region.startLine) \(.region.startColumn)")"' <<<"$out")"
same "and its rules are numbered" true "$(jq '.runs[0] as $r | [$r.results[] | $r.tool.driver.rules[.ruleIndex].id == .ruleId] | all' <<<"$out")"

# --- accepted findings
printf 'FROM debian:12\n# ringfence: ignore RF-USER-001 the entrypoint drops\nUSER 0\n' >Dockerfile
ends "a comment with a reason" 0 --json --fail-on high Dockerfile
same "is kept with the finding" "the entrypoint drops" "$(jq -r '.findings[] | select(.id == "RF-USER-001") | .reason' <<<"$out")"
ends "SARIF" 0 --format sarif --fail-on high Dockerfile
same "has it too" "the entrypoint drops" "$(jq -r '.runs[0].results[] | select(.ruleId == "RF-USER-001") | .suppressions[0].justification' <<<"$out")"
for words in "RF-USER-001" "RF-USER-001 until 2001-01-01 too old" "RF-FS-001 another rule"; do
    printf 'FROM debian:12\n# ringfence: ignore %s\nUSER 0\n' "$words" >Dockerfile
    ends "not by \"$words\"" 1 --fail-on high Dockerfile
done
mkdir accepted
printf 'FROM debian:12\nUSER 0\n' >accepted/Dockerfile
printf '# reasons\nRF-USER-001 Dockerfile until 2999-12-31 a build image\n' >accepted/.ringfence-ignore
ends "a list" 0 --fail-on high accepted

# --- the policy of old clusters
policy() { # SPEC-LINE...
    printf '%s\n' 'apiVersion: policy/v1beta1' 'kind: PodSecurityPolicy' 'metadata: {name: p}' 'spec:' "$@"
}
policy '  privileged: true' '  hostNetwork: true' '  allowedCapabilities: ["*"]' '  volumes: ["*"]' \
    '  runAsUser: {rule: RunAsAny}' >policy.yaml
ends "a PodSecurityPolicy that lets everything in" 1 --json policy.yaml
for want in "RF-PRIV-001 policy.yaml:5" "RF-NS-003 policy.yaml:6" "RF-CAP-002 policy.yaml:7" "RF-VOL-003 policy.yaml:8" \
    "RF-USER-001 policy.yaml:9"; do
    holds "has $want" "$want" "$(ids)"
done
lacks "and nothing that it cannot say" RF-RES "$(ids)"
policy '  privileged: false' '  allowPrivilegeEscalation: false' '  requiredDropCapabilities: [ALL]' \
    '  volumes: [emptyDir, secret]' '  runAsUser: {rule: MustRunAsNonRoot}' >policy.yaml
ends "a tight one" 1 --json policy.yaml
for rule in RF-PRIV RF-NNP RF-CAP RF-USER-001 RF-VOL; do
    lacks "has no $rule" $rule "$(ids)"
done
ends "the standards are not about it" 0 --pss restricted policy.yaml

# --- scripts
cat >start.sh <<'END'
#!/bin/sh
set -e
if true; then
    docker run -d --name model --privileged -u 0:0 -v /var/run/docker.sock:/s \
        --mount type=bind,src=/etc,dst=/host -p 8080:80 --pid=host example/model:1 serve
fi
podman run --rm -it --read-only --tmpfs /tmp:size=1m --cap-drop ALL --security-opt no-new-privileges --user "$WHO" \
    -m 64m --cpus 1 --pids-limit 9 --network none example/tool:1
END
ends "docker run in a script" 1 --json start.sh
for want in "RF-PRIV-001 start.sh:4" "RF-USER-001 start.sh:4" "RF-SOCK-001 start.sh:4" "RF-VOL-003 start.sh:5" \
    "RF-NS-001 start.sh:5" "RF-NET-002 start.sh:5"; do
    holds "has $want" "$want" "$(ids)"
done
for rule in RF-CAP-001 RF-NNP-001 RF-FS-001 RF-FS-002 RF-TMP-001 RF-RES-001 RF-RES-003 RF-PRIV-001; do
    lacks "the second has no $rule" "$rule start.sh:7" "$(ids)"
done
holds "and who it is depends on a variable" "RF-USER-001 start.sh:7" "$(ids)"

# --- bundles
cat >config.json <<'END'
{"ociVersion": "1.0.2",
 "process": {"user": {"uid": 0, "gid": 0}, "args": ["sh"], "cwd": "/",
  "capabilities": {"bounding": ["CAP_SYS_ADMIN", "CAP_KILL"]}},
 "root": {"path": "rootfs"},
 "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"},
  {"destination": "/run/docker.sock", "type": "bind", "source": "/run/docker.sock", "options": ["rbind"]},
  {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs"}],
 "linux": {"namespaces": [{"type": "pid"}, {"type": "mount"}, {"type": "ipc"}, {"type": "uts"}]}}
END
ends "a bundle" 1 --json config.json
for want in "RF-USER-001 config.json:2" "RF-CAP-002 config.json:3" "RF-SOCK-001 config.json:6" "RF-TMP-001 config.json:7" \
    "RF-NS-003 config.json:8" "RF-SEC-001 config.json:8" "RF-NNP-001 config.json:2"; do
    holds "has $want" "$want" "$(ids)"
done
if command -v runc >/dev/null; then
    mkdir bundle
    (cd bundle && runc spec)
    ends "what runc spec writes" 1 --json bundle/config.json
    holds "runs as root" "RF-USER-001 bundle/config.json" "$(ids)"
    lacks "but blocks escalation" "RF-NNP-001" "$(ids)"
    lacks "and has a read-only root" "RF-FS-001" "$(ids)"
else
    tap_skip "what runc spec writes" "runc is not installed"
fi

# --- rules
for word in "explain rf-user-001" "rules RF-USER-001"; do
    # shellcheck disable=SC2086 # two words
    holds "ringfence $word" "RF-USER-001: The workload runs as root." "$("$RINGFENCE" $word)"
done
"$RINGFENCE" explain RF-NONE-999 >/dev/null 2>&1
same "a rule that is none" 2 $?
holds "all rules" "RF-PSS-001" "$("$RINGFENCE" rules)"
tap_end
