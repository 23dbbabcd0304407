# Read by bin/setup: one set-up at a time.
# The lock is a symbolic link whose target is the holder's process id: made with its content in one step, or not at all.

lock=$state/lock
held=

take_lock() {
  waited=0
  until ln -s "$$" "$lock" 2>/dev/null; do
    if [ ! -L "$lock" ]; then
      # Gone between the two looks, or never to be had: one more try tells which, and why.
      problem=$(LC_ALL=C ln -s "$$" "$lock" 2>&1) && break
      [ -L "$lock" ] || case $problem in
        *'No space'* | *quota*) no_space ;;
        *) fail STORAGE 12 "its lock $lock cannot be made; nothing was changed" "ls -ld $state, and the same command again" ;;
      esac
    elif holder=$(readlink "$lock") && ! at_work "$holder"; then
      break_lock "$holder"
    else
      [ "$waited" != 0 ] || say "Another set-up of this checkout is at work (process $holder); waiting for it."
      [ "$waited" -lt 900 ] ||
        fail LOCKED 12 "another set-up (process $holder) has been at work for 15 minutes; nothing was changed" \
          "look at that process; if it is not a set-up: rm $lock"
      waited=$((waited + 1))
      sleep 1
    fi
  done
  held=1
}

# A process id may be somebody else's by now: where the system shows command lines, it has to be a set-up.
at_work() {
  [ "$1" != "$$" ] || return 1
  if [ -r /proc/self/cmdline ]; then
    [ -r "/proc/$1/cmdline" ] && case $(tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null) in *bin/setup*) ;; *) false ;; esac
  else
    kill -0 "$1" 2>/dev/null
  fi
}

# Two that find the same dead holder must not break each other's new lock: who breaks one holds a second lock meanwhile.
break_lock() {
  if ln -s "$$" "$lock.break" 2>/dev/null; then
    [ "$(readlink "$lock")" != "$1" ] || rm -f "$lock"
    rm -f "$lock.break"
  else
    breaker=$(readlink "$lock.break") && ! at_work "$breaker" && rm -f "$lock.break"
    sleep 1
  fi
}

release_lock() {
  [ -z "$held" ] || rm -f "$lock"
  held=
}
