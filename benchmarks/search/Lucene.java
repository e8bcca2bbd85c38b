import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.FloatDocValuesField;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.facet.FacetsCollector;
import org.apache.lucene.facet.FacetsConfig;
import org.apache.lucene.facet.sortedset.DefaultSortedSetDocValuesReaderState;
import org.apache.lucene.facet.sortedset.SortedSetDocValuesFacetCounts;
import org.apache.lucene.facet.sortedset.SortedSetDocValuesFacetField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.Term;
import org.apache.lucene.queries.function.FunctionScoreQuery;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.DisjunctionMaxQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.DoubleValuesSource;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.MMapDirectory;

/**
 * The same analysed tokens and the same queries in Lucene, driven by compare.py.
 *
 * <p>index FOLDER: documents on standard input, a line each, fields parted by \t, a field is
 * name=kind=value, its kinds being p (text with positions), f (text without), s (whole term),
 * d (facet), y (year), w (weight), b (shown). ask FOLDER: queries on standard input, a line each in
 * prefix form; answers "hits nanoseconds CPU-nanoseconds" a line, every query three times.
 */
public final class Lucene {
  private static final int TOP = 20;
  private static final String[] DIMS = {
    "kind", "clc", "language", "campus", "availability", "subject", "author", "publisher", "source"
  };
  private static final int[] SIZES = {20, 300, 30, 40, 6, 12, 12, 12, 12};

  public static void main(String[] args) throws Exception {
    Path folder = Paths.get(args[1]);
    if (args[0].equals("index")) {
      index(folder);
    } else {
      ask(folder);
    }
  }

  private static BufferedReader input() {
    return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8), 1 << 20);
  }

  private static void index(Path folder) throws Exception {
    FieldType bag = new FieldType(TextField.TYPE_NOT_STORED);
    bag.setIndexOptions(IndexOptions.DOCS_AND_FREQS);
    bag.freeze();
    FacetsConfig facets = new FacetsConfig();
    for (String dim : DIMS) {
      facets.setMultiValued(dim, true);
    }
    Analyzer analyzer = new WhitespaceAnalyzer();
    IndexWriterConfig config = new IndexWriterConfig(analyzer);
    config.setRAMBufferSizeMB(600);
    long count = 0;
    try (IndexWriter writer = new IndexWriter(new MMapDirectory(folder), config)) {
      BufferedReader lines = input();
      for (String line; (line = lines.readLine()) != null; count++) {
        Document doc = new Document();
        for (String part : line.split("\t")) {
          String[] field = part.split("=", 3);
          String name = field[0];
          String value = field[2];
          switch (field[1]) {
            case "p": doc.add(new TextField(name, value, Field.Store.NO)); break;
            case "f": doc.add(new Field(name, value, bag)); break;
            case "s": doc.add(new StringField(name, value, Field.Store.NO)); break;
            case "d":
              doc.add(new SortedSetDocValuesFacetField(name, value));
              doc.add(new StringField("facet_" + name, value, Field.Store.NO));
              break;
            case "y":
              doc.add(new NumericDocValuesField("year", Long.parseLong(value)));
              doc.add(new LongPoint("year", Long.parseLong(value)));
              break;
            case "w": doc.add(new FloatDocValuesField("raise", Float.parseFloat(value))); break;
            default: doc.add(new StoredField(name, value.getBytes(StandardCharsets.UTF_8)));
          }
        }
        writer.addDocument(facets.build(doc));
      }
      writer.commit();
    }
    long bytes;
    try (Stream<Path> files = Files.list(folder)) {
      bytes = files.mapToLong(file -> file.toFile().length()).sum();
    }
    System.out.println(count + " " + bytes + " " + cpu() / 1_000_000);
  }

  private static long cpu() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static void ask(Path folder) throws Exception {
    List<String> lines = new ArrayList<>();
    BufferedReader in = input();
    for (String line; (line = in.readLine()) != null; ) {
      lines.add(line);
    }
    try (DirectoryReader reader = DirectoryReader.open(new MMapDirectory(folder))) {
      IndexSearcher searcher = new IndexSearcher(reader);
      searcher.setQueryCache(null); // every query is asked as if for the first time
      DefaultSortedSetDocValuesReaderState state = new DefaultSortedSetDocValuesReaderState(reader);
      var threads = ManagementFactory.getThreadMXBean();
      for (int turn = 0; turn < 3; turn++) {
        for (String line : lines) {
          long begun = System.nanoTime();
          long spent = threads.getCurrentThreadCpuTime();
          long hits = answer(searcher, state, line);
          spent = threads.getCurrentThreadCpuTime() - spent;
          System.out.println(hits + " " + (System.nanoTime() - begun) + " " + spent);
        }
      }
    }
  }

  private static long answer(
      IndexSearcher searcher, DefaultSortedSetDocValuesReaderState state, String line)
      throws Exception {
    Query asked = new Reading(line.split("\t")).query();
    Query raised =
        FunctionScoreQuery.boostByValue(asked, DoubleValuesSource.fromFloatField("raise"));
    FacetsCollector collector = new FacetsCollector();
    TopDocs top = FacetsCollector.search(searcher, raised, TOP, collector);
    for (ScoreDoc hit : top.scoreDocs) {
      searcher.doc(hit.doc).getBinaryValue("shown");
    }
    if (top.scoreDocs.length > 0) {
      SortedSetDocValuesFacetCounts counts = new SortedSetDocValuesFacetCounts(state, collector);
      for (int place = 0; place < DIMS.length; place++) {
        counts.getTopChildren(SIZES[place], DIMS[place]);
      }
      countYears(collector);
    }
    return top.totalHits.value;
  }

  /** By hand, for LongValueFacetCounts needs one more library. */
  private static int[] countYears(FacetsCollector collector) throws Exception {
    int[] counts = new int[2_200];
    for (FacetsCollector.MatchingDocs found : collector.getMatchingDocs()) {
      NumericDocValues years = found.context.reader().getNumericDocValues("year");
      DocIdSetIterator docs = found.bits.iterator();
      if (years == null || docs == null) {
        continue;
      }
      for (int doc; (doc = docs.nextDoc()) != DocIdSetIterator.NO_MORE_DOCS; ) {
        if (years.advanceExact(doc)) {
          counts[(int) years.longValue()]++;
        }
      }
    }
    return counts;
  }

  /** Reads a query in prefix form: each part says what it is and how many follow. */
  private static final class Reading {
    private final String[] parts;
    private int at;

    Reading(String[] parts) {
      this.parts = parts;
    }

    Query query() {
      String kind = parts[at++];
      switch (kind) {
        case "term": return new TermQuery(new Term(parts[at++], parts[at++]));
        case "phrase": {
          String field = parts[at++];
          int count = Integer.parseInt(parts[at++]);
          String[] terms = Arrays.copyOfRange(parts, at, at += count);
          return new PhraseQuery(field, terms);
        }
        case "boost": {
          float by = Float.parseFloat(parts[at++]);
          return new BoostQuery(query(), by);
        }
        case "const": {
          float points = Float.parseFloat(parts[at++]);
          return new BoostQuery(new ConstantScoreQuery(query()), points);
        }
        case "max": {
          float tie = Float.parseFloat(parts[at++]);
          int count = Integer.parseInt(parts[at++]);
          List<Query> found = new ArrayList<>();
          for (int n = 0; n < count; n++) {
            found.add(query());
          }
          return new DisjunctionMaxQuery(found, tie);
        }
        case "bool": {
          int count = Integer.parseInt(parts[at++]);
          BooleanQuery.Builder made = new BooleanQuery.Builder();
          for (int n = 0; n < count; n++) {
            String occur = parts[at++];
            made.add(query(), Occur.valueOf(occur));
          }
          return made.build();
        }
        case "years":
          return LongPoint.newRangeQuery(
              "year", Long.parseLong(parts[at++]), Long.parseLong(parts[at++]));
        case "all": return new MatchAllDocsQuery();
        default: throw new IllegalArgumentException(kind);
      }
    }
  }
}
