// SPDX-License-Identifier: Apache-2.0
// Peer.java: Lucene as lucene.c drives it, in the same process: documents in, an index out, phrases counted.
// Settings: bigrams of Chinese, Japanese and Korean text with single characters beside them (the chain of CJKAnalyzer,
// without its stop words), positions and no norms' use in counting; text stored with the codec for size; a buffer of
// 1 GB; as many indexing threads as asked for. A phrase is the bigrams of it and, where a character stands alone, that
// character. Queries are not cached.
// Threads: one caller; add() hands documents to the threads of one build.

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.cjk.CJKBigramFilter;
import org.apache.lucene.analysis.cjk.CJKWidthFilter;
import org.apache.lucene.analysis.core.LowerCaseFilter;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;
import org.apache.lucene.analysis.tokenattributes.TypeAttribute;
import org.apache.lucene.codecs.lucene87.Lucene87Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.NGramPhraseQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.MMapDirectory;

public final class Peer {
    private static final int BUFFER_MB = 1024, QUEUED_DOCUMENTS = 64;
    private static final Document END = new Document();

    private static final Analyzer ANALYZER = new Analyzer() {
        @Override
        protected TokenStreamComponents createComponents(String field) {
            StandardTokenizer words = new StandardTokenizer();
            TokenStream folded = new LowerCaseFilter(new CJKWidthFilter(words));
            int scripts = CJKBigramFilter.HAN | CJKBigramFilter.HIRAGANA | CJKBigramFilter.KATAKANA | CJKBigramFilter.HANGUL;
            return new TokenStreamComponents(words, new CJKBigramFilter(folded, scripts, true));
        }
    };

    private Peer() {}

    // ---- build

    private static IndexWriter writer;
    private static ArrayBlockingQueue<Document> queue;
    private static List<Thread> workers;
    private static volatile Throwable failure;

    private static IndexWriter openWriter(String directory) throws Exception {
        IndexWriterConfig config = new IndexWriterConfig(ANALYZER);
        config.setCodec(new Lucene87Codec(Lucene87Codec.Mode.BEST_COMPRESSION));
        config.setRAMBufferSizeMB(BUFFER_MB);
        return new IndexWriter(new MMapDirectory(Path.of(directory)), config);
    }

    public static void begin(String directory, int threads) throws Exception {
        writer = openWriter(directory);
        queue = new ArrayBlockingQueue<>(QUEUED_DOCUMENTS);
        workers = new ArrayList<>();
        failure = null;
        for (int i = 0; i < threads; i++)
            workers.add(new Thread(Peer::addQueued));
        for (Thread worker : workers)
            worker.start();
    }

    private static void addQueued() {
        try {
            for (Document document; (document = queue.take()) != END;)
                if (failure == null)
                    writer.addDocument(document);
            queue.put(END); // for the next worker
        } catch (Throwable thrown) {
            failure = thrown;
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    public static void add(byte[] id, byte[] title, byte[] date, byte[] source, byte[] text) throws Exception {
        Document document = new Document();
        document.add(new StringField("id", text(id), Field.Store.YES));
        document.add(new TextField("title", text(title), Field.Store.YES));
        document.add(new StoredField("date", text(date)));
        document.add(new StoredField("source", text(source)));
        document.add(new TextField("text", text(text), Field.Store.YES));
        if (failure != null)
            throw new IllegalStateException(failure);
        queue.put(document);
    }

    public static void finish() throws Exception {
        queue.put(END);
        for (Thread worker : workers)
            worker.join();
        if (failure != null)
            throw new IllegalStateException(failure);
        writer.close();
    }

    public static void settle(String directory) throws Exception {
        try (IndexWriter merging = openWriter(directory)) {
            merging.forceMerge(1);
        }
    }

    // ---- query

    private static IndexSearcher searcher;

    public static void open(String directory) throws Exception {
        searcher = new IndexSearcher(DirectoryReader.open(new MMapDirectory(Path.of(directory))));
        searcher.setQueryCache(null);
    }

    // null: the phrase has no letter that the analyzer keeps.
    private static Query phraseIn(String field, String phrase) throws Exception {
        PhraseQuery.Builder terms = new PhraseQuery.Builder();
        int count = 0, position = -1, covered = -1; // up to which position a bigram has said what stands there
        boolean bigrams = true;
        String single = null; // of the current position, unless a bigram follows at the same one
        try (TokenStream stream = ANALYZER.tokenStream(field, phrase)) {
            CharTermAttribute term = stream.addAttribute(CharTermAttribute.class);
            PositionIncrementAttribute step = stream.addAttribute(PositionIncrementAttribute.class);
            TypeAttribute type = stream.addAttribute(TypeAttribute.class);
            stream.reset();
            while (stream.incrementToken()) {
                boolean isBigram = type.type().equals(CJKBigramFilter.DOUBLE_TYPE);
                if (step.getPositionIncrement() > 0 && single != null && position > covered) {
                    terms.add(new Term(field, single), position);
                    count++;
                    bigrams = false;
                }
                position += step.getPositionIncrement();
                single = isBigram ? null : term.toString();
                if (!isBigram)
                    continue;
                terms.add(new Term(field, term.toString()), position);
                count++;
                covered = position + 1;
            }
            if (single != null && position > covered) {
                terms.add(new Term(field, single), position);
                count++;
                bigrams = false;
            }
            stream.end();
        }
        if (count == 0)
            return null;
        PhraseQuery query = terms.build();
        if (count == 1)
            return new TermQuery(query.getTerms()[0]);
        return bigrams ? new NGramPhraseQuery(2, query) : query;
    }

    // -1: nothing can be asked.
    public static long count(byte[] bytes) throws Exception {
        String phrase = text(bytes);
        Query title = phraseIn("title", phrase), text = phraseIn("text", phrase);
        if (text == null)
            return -1;
        return searcher.count(new BooleanQuery.Builder().add(title, BooleanClause.Occur.SHOULD)
                                      .add(text, BooleanClause.Occur.SHOULD).build());
    }
}
