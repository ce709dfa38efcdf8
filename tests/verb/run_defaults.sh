#!/bin/bash
# What holds in a ring that nobody configured.
# shellcheck disable=SC2016 # what is in single quotes is for the ring's own shell
# shellcheck source=tests/verb/lib.sh
. "$RF_TOP/tests/verb/lib.sh"

export RF_SECRET=from-the-caller LD_LIBRARY_PATH=/nowhere
probe -- '
    sed -n "s/^\(Uid\|Gid\|Groups\|Cap[A-Z][a-z]*\|NoNewPrivs\|Seccomp\):[[:space:]]*/\1=/p" /proc/self/status
    echo user=$(id -un):$(id -gn)
    echo cwd=$(pwd)
    echo umask=$(umask)
    echo hostname=$(cat /proc/sys/kernel/hostname)
    echo home=$HOME
    echo names=$(env | sed "s/=.*//" | grep -vx -e PWD -e SHLVL -e _ -e OLDPWD | sort | tr "\n" " ")
    echo pid1=$(tr "\000" " " </proc/1/cmdline)
    echo others=$(ls /proc | grep -c "^[0-9]")
    echo session=$(cut -d" " -f6 /proc/self/stat)
    echo devices=$(ls /dev | tr "\n" " ")
    echo interfaces=$(sed 1,2d /proc/net/dev | cut -d: -f1 | tr -d " \n")
    for file in /x /etc/x /usr/x /var/x /dev/x /proc/x /sys/x; do
        (: >$file) 2>/dev/null && echo wrote=$file
    done
    for dir in /tmp "$HOME" /var/tmp /dev/shm; do
        if [ -d $dir ]; then
            (: >$dir/x) 2>/dev/null || echo readonly=$dir
            cp /bin/true $dir/true && $dir/true 2>/dev/null && echo executed=$dir
            rm -f $dir/true
            set -- $(df -P $dir | tail -n 1)
            [ "$2" -le 65536 ] || echo bytes=$dir:$2
            set -- $(df -iP $dir | tail -n 1)
            [ "$2" -gt 0 ] && [ "$2" -le 16384 ] || echo inodes=$dir:$2
            grep -q " $dir [^ ]* rw,nosuid,nodev,noexec" /proc/self/mounts || [ $dir = "$HOME" ] || echo options=$dir
        fi
    done
    echo home_mode=$(stat -c %a:%u "$HOME")
    echo suid=$(find /tmp /home -perm /6000 2>/dev/null)
    head -c 70000000 /dev/zero >/tmp/fill 2>/dev/null || echo fill=refused
    (echo 1 >/proc/self/oom_score_adj) 2>/dev/null && echo wrote=oom_score_adj
    for file in /proc/kcore /proc/keys /proc/timer_list /proc/kallsyms /proc/interrupts; do
        [ -e $file ] && [ -n "$(head -c 1 $file 2>/dev/null | tr "\000" x)" ] && echo tells=$file
    done
    unshare --user true 2>/dev/null && echo namespace=made
    ls -A /root /run /mnt /media 2>/dev/null | grep -v ":$" | grep -q . && echo host_data=shown
    echo processors=$(ls -d /sys/devices/system/cpu/cpu0)
    echo end=reached
'
uid=$'10001\t10001\t10001\t10001'
same "the uid is 10001 in all four places" "$uid" "$(fact Uid)"
same "the gid is 10001 in all four places" "$uid" "$(fact Gid)"
same "the user has a name" ringfence:ringfence "$(fact user)"
for set in Inh Prm Eff Bnd Amb; do
    same "no capability in Cap$set" 0000000000000000 "$(fact Cap$set)"
done
same "no new privileges" 1 "$(fact NoNewPrivs)"
same "a seccomp filter" 2 "$(fact Seccomp)"
same "starts in the root directory" / "$(fact cwd)"
same "umask" 0022 "$(fact umask)"
same "a host name of its own" ringfence "$(fact hostname)"
same "HOME" /home/ringfence "$(fact home)"
same "the home is the user's alone" 700:10001 "$(fact home_mode)"
same "the environment is the ring's" "HOME HOSTNAME LOGNAME PATH USER" "$(fact names)"
lacks "pid 1 does not show the launcher's words" --host "$(fact pid1)"
same "no process of the host is seen" yes "$([ "$(fact others)" -lt 8 ] && echo yes)"
same "a session of its own" yes "$([ "$(fact session)" -lt 8 ] && [ "$(fact session)" -gt 1 ] && echo yes)"
same "few devices" "fd full null random shm stderr stdin stdout tty urandom zero" "$(fact devices)"
same "no network interface but the loopback" lo "$(fact interfaces)"
same "nothing but scratch space can be written" "" "$(fact wrote)"
same "scratch space can be written" "" "$(fact readonly)"
same "nothing written can be executed" "" "$(fact executed)"
same "scratch space is capped in bytes" "" "$(fact bytes)"
same "and really so" refused "$(fact fill)"
same "scratch space is capped in inodes" "" "$(fact inodes)"
same "scratch space is nosuid, nodev, noexec" "" "$(fact options)"
same "/proc tells nothing about the host" "" "$(fact tells)"
same "no name space can be made" "" "$(fact namespace)"
same "data of the host is covered" "" "$(fact host_data)"
same "processors can be counted" /sys/devices/system/cpu/cpu0 "$(fact processors)"
same "the whole script ran" reached "$(fact end)"
if is_root; then
    same "no supplementary groups" "" "$(fact Groups | tr -d ' ')"
fi

# What the caller had open, ignored or limited stays outside.
exec 7<"$RF_TOP" 8<"$RF_TOP/meson.build" 250<"$RF_TOP/meson.build"
fds=$(ring -- /bin/ls /proc/self/fd | tr '\n' ' ')
same "descriptors of the caller are closed" "0 1 2 3 " "$fds"
exec 7<&- 8<&- 250<&-
fds=$(ring -- /bin/ls /proc/self/fd <&- 2>&- | tr '\n' ' ')
same "a closed standard input is /dev/null inside" "0 1 2 3 " "$fds"
ignored=$(trap '' PIPE HUP TERM USR1; ring -- /bin/grep -E '^Sig(Ign|Blk)' /proc/self/status | tr -d '\n\t')
same "ignored signals are reset" "SigBlk:0000000000000000SigIgn:0000000000000000" "$ignored"
same "core files are off" 0 "$(ulimit -c unlimited 2>/dev/null; ring -- /bin/sh -c 'ulimit -Hc')"
same "few open files" 1024 "$(ring -- /bin/sh -c 'ulimit -Sn')"
same "the umask of the caller does not pass" 0022 "$(umask 077; ring -- /bin/sh -c umask)"

# Whatever loses its parent is collected: no process of the ring stays behind as a zombie.
orphans='(sleep 0.05 & sleep 0.05 &) ; sleep 0.3; cat /proc/[0-9]*/stat 2>/dev/null | cut -d" " -f3 | grep -c Z'
same "pid 1 collects orphans" 0 "$(ring -- /bin/sh -c "$orphans")"
tap_end
