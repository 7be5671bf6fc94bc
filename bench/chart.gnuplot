# chart.gnuplot: chart.tsv -> an SVG of three panels: indexing, size, latency. Variables: data, picture.
set terminal svg size 960,420 font "sans-serif,11" background "#ffffff"
set output picture
set datafile separator "\t"
set multiplot layout 1,3
set style fill solid 0.85 noborder
set boxwidth 0.7
set grid ytics lc rgb "#dddddd"
set border 3
set tics nomirror
set xtics rotate by -40 font ",9"
set lmargin 8
set bmargin 10
unset key
short(name) = strlen(name) > 24 ? substr(name, 1, 23) . "…" : name
set title "Indexing, MB of text a second (log)"
set logscale y
set yrange [0.3:*]
plot data using 0:($2 > 0 ? $2 : 1/0):xticlabels(short(strcol(1))) with boxes lc rgb "#2f6f9f"
unset logscale y
set title "Bytes on disk, of the text's"
set yrange [0:*]
plot data using 0:($3 > 0 ? $3 : 1/0):xticlabels(short(strcol(1))) with boxes lc rgb "#8a5a9e"
set title "Counting a phrase, ms: p50 and p99 (log)"
set logscale y
set yrange [0.005:*]
set key top left
plot data using ($0 - 0.2):($4 > 0 ? $4 : 1/0):(0.35):xticlabels(short(strcol(1))) with boxes lc rgb "#3b8f5a" title "p50", \
     data using ($0 + 0.2):($5 > 0 ? $5 : 1/0):(0.35) with boxes lc rgb "#c9813a" title "p99"
unset multiplot
