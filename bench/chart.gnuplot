# chart.gnuplot: chart.tsv -> an SVG of three panels: indexing, size, latency. Variables: data, picture.
set terminal svg size 1000,400 font "sans-serif,11" background "#ffffff"
set output picture
set datafile separator "\t"
set multiplot layout 1,3
set style fill solid 0.85 noborder
set boxwidth 0.7
set grid ytics lc rgb "#dddddd"
set border 3
set tics nomirror
set xtics rotate by 90 right font ",10"
set xrange [-0.6:*]
set offsets 0,0.6,0,0
set lmargin 8
set bmargin 8
set rmargin 1
unset key
set title "Indexing, MB of text a second (log)"
set logscale y
set yrange [0.3:*]
plot data using 0:($2 > 0 ? $2 : 1/0):xticlabels(strcol(1)) with boxes lc rgb "#2f6f9f"
unset logscale y
set title "Bytes on disk, of the text"
set yrange [0:*]
plot data using 0:($3 > 0 ? $3 : 1/0):xticlabels(strcol(1)) with boxes lc rgb "#8a5a9e"
set title "Counting a phrase, ms (log)"
set logscale y
set yrange [0.005:2000]
set key top left horizontal
plot data using ($0 - 0.2):($4 > 0 ? $4 : 1/0):(0.35) with boxes lc rgb "#3b8f5a" title "p50", \
     data using 0:(0.001):xticlabels(strcol(1)) with points pt 0 notitle, \
     data using ($0 + 0.2):($5 > 0 ? $5 : 1/0):(0.35) with boxes lc rgb "#c9813a" title "p99"
unset multiplot
