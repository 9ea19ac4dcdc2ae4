# fish completion for tl-intern, made by `make docs` from its option table
complete -c tl-intern -l compress -s z -d 'Compress the stream\'s columns with zstd'
complete -c tl-intern -l threads -s t -x -d 'Threads to use'
complete -c tl-intern -l output -s o -r -F -d 'Write to FILE instead of standard output'
complete -c tl-intern -l quiet -s q -d 'Say nothing but errors'
complete -c tl-intern -l verbose -s v -d 'Say more about what is done, in numbers, on standard error'
complete -c tl-intern -l help -s h -d 'Print the options and exit'
complete -c tl-intern -l version -s V -d 'Print the version and exit'
