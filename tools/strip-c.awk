# C without comments and without the inside of string and character literals; lines keep their numbers.
# Prints "file:line:text".
FNR == 1 { in_comment = 0 }
{
    out = ""
    for (i = 1; i <= length($0); i++) {
        two = substr($0, i, 2)
        c = substr($0, i, 1)
        if (in_comment) {
            if (two == "*/") { in_comment = 0; i++ }
        } else if (two == "/*") {
            in_comment = 1; i++
        } else if (two == "//") {
            break
        } else if (c == "\"" || c == "'") {
            for (i++; i <= length($0) && substr($0, i, 1) != c; i++)
                if (substr($0, i, 1) == "\\") i++
            out = out c c
        } else {
            out = out c
        }
    }
    print FILENAME ":" FNR ":" out
}
