# Runs "$@" in this process group and ends the whole group when the program ends, or when stdin is closed: whoever
# started it is gone then, however that came about.
exec 3<&0
"$@" </dev/null 3<&- &
program=$!
{
  cat <&3 >/dev/null
  kill -KILL 0
} &
wait "$program"
echo "(ended with status $?)" >&2
kill -KILL 0
