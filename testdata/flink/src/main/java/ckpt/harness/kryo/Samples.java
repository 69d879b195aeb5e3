package ckpt.harness.kryo;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.AbstractMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Currency;
import java.util.Date;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.GregorianCalendar;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.Stack;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.Vector;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.apache.flink.api.java.tuple.Tuple0;
import org.apache.flink.api.java.tuple.Tuple1;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;

/** Values of every class that can be read without the job's code, and of classes whose fields are described. */
final class Samples {
    private Samples() {}

    public enum Color { RED, GREEN, BLUE }

    public static final class Sealed { int n; String s; }

    public static class Open { int n; Open next; }

    public static class Owner<T> { T t; List<T> list; }

    public static class Child extends Owner<String> { String t2; }

    public static class Words extends ArrayList<String> { int ignored = 7; }

    public static class Failure extends RuntimeException {
        Failure(String message) { super(message); }
    }

    public record Point(int x, String name, Open open, List<String> words) {}

    public static class Chain { Chain next; String $a; String B; int a; Chain self; }

    /** A field for every kind of declared type. */
    public static class Fields {
        boolean z; byte b; short s; char c; int i; long j; float f; double d;
        Integer boxed; String text; Object any; Number number; BigDecimal decimal; Date date; Instant instant; UUID id;
        Color color; Sealed sealed; Open open; Optional<String> maybe; Optional<Open> maybeOpen;
        int[] ints; int[][] grid; String[] texts; Open[] opens; Object[] objects; Sealed[] sealeds; Color[] colors;
    }

    /** Fields whose type has arguments. */
    public static class Generic {
        List<String> strings; ArrayList<Integer> integers; Collection<Sealed> sealeds; Set<Color> colors; List<Open> opens;
        List<Object> objects; List<?> unknown; List<? extends String> bounded; List<? super String> lower;
        Map<String, Integer> map; Map<String, Open> half; Map<Object, String> other; TreeMap<String, Long> sorted; TreeSet<String> tree;
        List<List<String>> nested; Map<String, List<String>> lists; List<Owner<String>> owners; List<String>[] array;
        Owner<String> owner; Owner<List<String>> ownerOfList; Owner<Open> ownerOfOpen; AtomicReference<String> reference;
        Tuple2<String, Integer> tuple; Map.Entry<String, Integer> entry; List<String> asList; PriorityQueue<Integer> queue;
    }

    private static final List<Sample> list = new ArrayList<>();

    private static void keyed(String name, Object... values) {
        add(name, true, values);
    }

    private static void plain(String name, Object... values) {
        add(name, false, values);
    }

    private static void add(String name, boolean hashed, Object... values) {
        for (int i = 0; i < values.length; i++) {
            list.add(new Sample(values.length == 1 ? name : name + "-" + i, hashed, values[i]));
        }
    }

    private static <T> T fill(T to, java.util.function.Consumer<T> how) {
        how.accept(to);
        return to;
    }

    static List<Sample> all() throws Exception {
        scalars();
        times();
        others();
        collections();
        maps();
        arrays();
        fields();
        return list;
    }

    private static void scalars() {
        plain("null", (Object) null);
        keyed("boolean", true, false);
        keyed("byte", (byte) 0, (byte) -128, (byte) 127);
        keyed("short", (short) 0, Short.MIN_VALUE, Short.MAX_VALUE);
        keyed("char", 'a', '\0', '\ud800', '\uffff');
        keyed("int", 0, -1, 300, Integer.MIN_VALUE, Integer.MAX_VALUE);
        keyed("long", 0L, -1L, 1L << 40, Long.MIN_VALUE, Long.MAX_VALUE);
        keyed("float", 0f, -0f, 1.5f, Float.NaN, Float.NEGATIVE_INFINITY, Float.MIN_VALUE);
        keyed("double", 0d, -0d, 1.5, Double.NaN, Double.POSITIVE_INFINITY, Math.PI);
        for (int n : new int[] {0, 1, 2, 31, 32, 33, 34, 62, 63, 64, 65, 127, 128, 8191, 8192}) {
            keyed("ascii-" + n, "x".repeat(n));
        }
        keyed("text", "\u00e9", "\u4e2d\u6587", "\ud83d\ude00", "a\ud800b", "\udc00", "nul\0byte", "\u007f", "\u0080", "\u07ff\u0800", "\u00e9".repeat(70));
        plain("builder", new StringBuilder("built"), new StringBuffer("buffer"), new StringBuilder(""));
        keyed("big-integer", BigInteger.ZERO, BigInteger.ONE, BigInteger.TEN, BigInteger.valueOf(-129), BigInteger.TWO.pow(2000).negate());
        keyed("big-decimal", BigDecimal.ZERO, BigDecimal.ONE, new BigDecimal("1.50"), new BigDecimal("-12345678901234567890.123"), new BigDecimal("1e40"));
        keyed("uuid", new UUID(0, 0), new UUID(-1, -1), UUID.fromString("01234567-89ab-cdef-fedc-ba9876543210"));
    }

    private static void times() {
        keyed("date", new Date(0), new Date(-1), new Date(1500000000123L), new Date(Long.MIN_VALUE), new Date(Long.MAX_VALUE));
        keyed("sql-date", new java.sql.Date(1500000000123L), new java.sql.Date(-86400000L));
        keyed("sql-time", new java.sql.Time(3723004L));
        java.sql.Timestamp stamp = new java.sql.Timestamp(1500000000123L);
        stamp.setNanos(123456789);
        keyed("sql-timestamp", stamp, new java.sql.Timestamp(0), new java.sql.Timestamp(-1));
        keyed("instant", Instant.EPOCH, Instant.ofEpochSecond(1500000000L, 123456789), Instant.ofEpochSecond(-1, 999999999), Instant.MIN, Instant.MAX);
        keyed("local-date", LocalDate.of(2020, 2, 3), LocalDate.of(0, 1, 1), LocalDate.of(-4712, 12, 31), LocalDate.MIN, LocalDate.MAX);
        keyed("local-time", LocalTime.MIDNIGHT, LocalTime.of(1, 0), LocalTime.of(23, 59), LocalTime.of(0, 0, 1), LocalTime.of(0, 0, 0, 1), LocalTime.MAX, LocalTime.of(5, 0, 7));
        LocalDateTime both = LocalDateTime.of(2020, 2, 3, 4, 5, 6, 7);
        keyed("local-date-time", both, LocalDateTime.of(1, 1, 1, 0, 0));
        keyed("duration", Duration.ZERO, Duration.ofSeconds(3723, 4), Duration.ofMillis(-1), Duration.ofSeconds(-61, 500000000), Duration.ofSeconds(Long.MAX_VALUE, 999999999), Duration.ofHours(-30));
        keyed("period", Period.ZERO, Period.of(1, 2, 3), Period.of(-1, -2, -3));
        keyed("year", Year.of(2020), Year.of(-1));
        keyed("year-month", YearMonth.of(2020, 2), YearMonth.of(-5, 12));
        keyed("month-day", MonthDay.of(2, 29));
        keyed("zone-offset", ZoneOffset.UTC, ZoneOffset.ofHours(2), ZoneOffset.ofHoursMinutes(-3, -30), ZoneOffset.ofTotalSeconds(3601));
        keyed("zone-id", ZoneId.of("Europe/Berlin"));
        keyed("offset-date-time", both.atOffset(ZoneOffset.ofHours(-5)), both.atOffset(ZoneOffset.ofTotalSeconds(3601)));
        keyed("offset-time", OffsetTime.of(LocalTime.of(1, 2), ZoneOffset.ofHours(1)));
        keyed("zoned-date-time", both.atZone(ZoneId.of("Europe/Berlin")), both.atZone(ZoneOffset.ofHours(3)));
        GregorianCalendar calendar = new GregorianCalendar(TimeZone.getTimeZone("Europe/Berlin"));
        calendar.setTimeInMillis(1500000000123L);
        plain("calendar", calendar);
    }

    private static void others() {
        keyed("bit-set", BitSet.valueOf(new long[] {8, 64}), new BitSet());
        plain("pattern", Pattern.compile("a.*b"), Pattern.compile("x", Pattern.CASE_INSENSITIVE | Pattern.DOTALL));
        plain("uri", URI.create("http://example.org/a?b#c"));
        plain("currency", Currency.getInstance("EUR"));
        plain("locale", Locale.ROOT, Locale.ENGLISH, Locale.US, new Locale("de", "DE", "POSIX"));
        plain("time-zone", TimeZone.getTimeZone("Europe/Berlin"), TimeZone.getTimeZone("UTC"));
        plain("address", InetSocketAddress.createUnresolved("example.org", 8080));
        plain("class", int.class, Integer.class, String.class, long[].class, Sealed.class, void.class, Object.class, Color.class);
        plain("enum", Color.GREEN, TimeUnit.DAYS, RoundingMode.UP, DayOfWeek.SUNDAY, RowKind.UPDATE_AFTER);
        keyed("optional", Optional.empty(), Optional.of("x"), Optional.of(5), Optional.of(Optional.of(1L)));
        keyed("optional-int", OptionalInt.empty(), OptionalInt.of(-3));
        keyed("optional-long", OptionalLong.empty(), OptionalLong.of(1L << 40));
        keyed("optional-double", OptionalDouble.empty(), OptionalDouble.of(1.5));
        plain("atomic", new AtomicInteger(-3), new AtomicLong(1L << 40), new AtomicBoolean(true), new AtomicBoolean(false), new AtomicReference<>("x"), new AtomicReference<>(5), new AtomicReference<>());
        plain("throwable", new IllegalStateException("bad"), new Failure("worse"), new RuntimeException("outer", new Exception("inner")));
        keyed("tuple", new Tuple0(), new Tuple1<>("x"), new Tuple2<>("a", 1), new Tuple2<>(null, 5L), new Tuple3<>(new Tuple1<>(1), "s", 2.5));
        Row byPosition = Row.of(1, "two", null);
        byPosition.setKind(RowKind.DELETE);
        Row byName = Row.withNames();
        byName.setField("b", 1);
        byName.setField("a", "x");
        plain("row", byPosition, byName);
        plain("sealed", new Sealed());
    }

    private static void collections() {
        List<Object> mixed = Arrays.asList(1, "x", 2L, null, Arrays.asList(1.5));
        List<Integer> ints = Arrays.asList(1, 2, 300);
        List<Integer> holes = Arrays.asList(1, null, 3);
        List<String> strings = Arrays.asList("p", "q");
        String twice = new String("x");
        keyed("array-list", new ArrayList<>(mixed), new ArrayList<>(ints), new ArrayList<>(holes), new ArrayList<>(strings), new ArrayList<>(), new ArrayList<>(Arrays.asList(null, null)));
        plain("same-twice", new ArrayList<>(Arrays.asList(twice, "y", twice)));
        plain("list-of-enums", new ArrayList<>(Arrays.asList(Color.RED, Color.BLUE)), new ArrayList<>(Arrays.asList(Color.RED, null, Color.RED)));
        keyed("list-of-lists", new ArrayList<>(Arrays.asList(new ArrayList<>(ints), new ArrayList<>(strings))));
        keyed("long-list", new ArrayList<>(Collections.nCopies(200, 7L)));
        keyed("linked-list", new LinkedList<>(mixed));
        keyed("vector", new Vector<>(ints), fill(new Stack<Object>(), s -> s.addAll(strings)));
        keyed("hash-set", new HashSet<>(ints), new LinkedHashSet<>(mixed), new HashSet<>());
        plain("queue", new ArrayDeque<>(ints), new ConcurrentLinkedQueue<>(strings), new ConcurrentLinkedDeque<>(ints), new LinkedBlockingQueue<>(ints));
        keyed("copy-on-write", new CopyOnWriteArrayList<>(mixed), new CopyOnWriteArraySet<>(ints));
        keyed("tree-set", new TreeSet<>(ints), fill(new TreeSet<>(Comparator.<String>reverseOrder()), s -> s.addAll(strings)), new TreeSet<>());
        plain("priority-queue", new PriorityQueue<>(ints), new PriorityQueue<>());
        keyed("skip-list-set", new ConcurrentSkipListSet<>(ints));
        keyed("as-list", Arrays.asList(1, "x", null), Arrays.asList("p", "q"), Arrays.asList(), Arrays.asList(1, 2));
        keyed("list-of", List.of(), List.of(1), List.of("a", "b"), List.of(1, 2, 3), List.of(1, "x", 2L));
        keyed("set-of", Set.of(), Set.of(1), Set.of(1, 2), Set.of("a", "b", "c"));
        keyed("empty", Collections.emptyList(), Collections.emptySet());
        keyed("singleton", Collections.singletonList("x"), Collections.singleton(5));
        keyed("unmodifiable", Collections.unmodifiableList(new ArrayList<>(ints)), Collections.unmodifiableSet(new HashSet<>(ints)), Collections.unmodifiableList(new LinkedList<>(strings)));
        plain("unmodifiable-collection", Collections.unmodifiableCollection(new ArrayList<>(ints)));
        keyed("synchronized", Collections.synchronizedList(new ArrayList<>(ints)), Collections.synchronizedSet(new HashSet<>(ints)));
        keyed("copies", Collections.nCopies(3, "x"));
        keyed("sub-list", new ArrayList<>(ints).subList(0, 2));
        keyed("key-set", fill(new HashMap<String, Integer>(), m -> m.put("k", 1)).keySet());
        plain("enum-set", EnumSet.of(Color.RED, Color.BLUE), EnumSet.noneOf(Color.class), EnumSet.of(TimeUnit.DAYS));
        plain("words", fill(new Words(), w -> w.addAll(strings)));
        List<Object> loop = new ArrayList<>();
        loop.add(1);
        loop.add(loop);
        plain("loop", loop);
    }

    private static void maps() {
        Map<Object, Object> map = new LinkedHashMap<>();
        map.put("k", 1L);
        map.put(2, null);
        map.put("l", new ArrayList<>(List.of("v")));
        keyed("map", map, new HashMap<>(map), new HashMap<>(), new Hashtable<>(Map.of("a", 1)), new ConcurrentHashMap<>(Map.of("a", 1)));
        keyed("tree-map", new TreeMap<>(Map.of("a", 1, "b", 2)), fill(new TreeMap<String, Integer>(Comparator.reverseOrder()), m -> m.put("a", 1)), new TreeMap<>());
        keyed("skip-list-map", new ConcurrentSkipListMap<>(Map.of("a", 1)));
        keyed("map-of", Map.of(), Map.of("a", 1), Map.of("a", 1, "b", 2));
        keyed("empty-map", Collections.emptyMap());
        keyed("singleton-map", Collections.singletonMap("a", 1));
        keyed("unmodifiable-map", Collections.unmodifiableMap(new HashMap<>(Map.of("a", 1))), Collections.synchronizedMap(new HashMap<>(Map.of("a", 1))));
        keyed("entry", new AbstractMap.SimpleEntry<>("k", 1), new AbstractMap.SimpleImmutableEntry<>("k", null));
        EnumMap<Color, Integer> byColor = new EnumMap<>(Color.class);
        byColor.put(Color.GREEN, 1);
        byColor.put(Color.BLUE, null);
        plain("enum-map", byColor);
    }

    private static void arrays() {
        plain("primitives", new byte[] {1, -2}, new short[] {258, -1}, new int[] {1, -300}, new long[] {1L << 40}, new float[] {1.5f}, new double[] {1.5, -0d}, new char[] {'a', '\u4e2d'}, new boolean[] {true, false}, new int[0]);
        plain("arrays", new String[] {"a", null}, new Integer[] {1, null}, new Object[] {1, "x", null}, new int[][] {{1}, null, {}}, new String[][] {{"a"}, null},
                new Color[] {Color.RED, null}, new Sealed[] {new Sealed(), null}, new Open[] {new Open(), null}, new List[] {new ArrayList<>(List.of(1))}, new Object[0]);
    }

    private static void fields() {
        Sealed sealed = fill(new Sealed(), s -> { s.n = 5; s.s = "in"; });
        Open open = fill(new Open(), o -> { o.n = 1; o.next = new Open(); });
        plain("fields", new Fields(), fill(new Fields(), f -> {
            f.z = true; f.b = -1; f.s = 258; f.c = 'x'; f.i = -3; f.j = 1L << 40; f.f = 1.5f; f.d = -0d;
            f.boxed = 300; f.text = "t"; f.any = 5L; f.number = (short) 3; f.decimal = BigDecimal.ONE; f.date = new Date(5); f.instant = Instant.ofEpochSecond(9, 8);
            f.id = new UUID(1, 2); f.color = Color.BLUE; f.sealed = sealed; f.open = open; f.maybe = Optional.of("o"); f.maybeOpen = Optional.of(open);
            f.ints = new int[] {1, 2}; f.grid = new int[][] {{1}, {}}; f.texts = new String[] {"a", null, "t"}; f.opens = new Open[] {open, null};
            f.objects = new Object[] {1, sealed}; f.sealeds = new Sealed[] {sealed}; f.colors = new Color[] {Color.RED};
        }));
        plain("chain", fill(new Chain(), c -> { c.a = 1; c.self = c; c.$a = "first"; c.B = "second"; c.next = new Chain(); }));
        plain("record", new Point(1, "p", open, new ArrayList<>(List.of("w"))), new Point(0, null, null, null));
        plain("failure-in-list", new ArrayList<>(List.of(new Failure("x"))));
        generics();
    }

    @SuppressWarnings("unchecked")
    private static void generics() {
        Sealed sealed = fill(new Sealed(), s -> s.s = "in");
        Open open = fill(new Open(), o -> o.n = 1);
        List<String> strings = new ArrayList<>(Arrays.asList("p", null, "q")), full = new ArrayList<>(List.of("r"));
        plain("generic-empty", new Generic());
        one("strings", g -> g.strings = strings);
        one("strings-full", g -> g.strings = full);
        one("strings-none", g -> g.strings = new ArrayList<>());
        one("strings-linked", g -> g.strings = new LinkedList<>(strings));
        one("integers", g -> g.integers = new ArrayList<>(List.of(1, 2)));
        one("integers-holes", g -> g.integers = new ArrayList<>(Arrays.asList(1, null)));
        one("sealeds", g -> g.sealeds = new ArrayList<>(Arrays.asList(sealed, sealed, new Sealed())));
        one("colors", g -> g.colors = new LinkedHashSet<>(List.of(Color.BLUE, Color.RED)));
        one("opens", g -> g.opens = new ArrayList<>(Arrays.asList(open, null)));
        one("objects", g -> g.objects = new ArrayList<>(Arrays.asList("x", 1)));
        one("unknown", g -> g.unknown = new ArrayList<>(Arrays.asList("x", "y")));
        one("bounded", g -> g.bounded = full);
        one("lower", g -> g.lower = full);
        one("map", g -> g.map = new HashMap<>(Map.of("k", 1)));
        one("half", g -> g.half = new HashMap<>(Map.of("k", open)));
        one("other", g -> g.other = new HashMap<>(Map.of("k", "v")));
        one("sorted", g -> g.sorted = new TreeMap<>(Map.of("k", 1L)));
        one("tree", g -> g.tree = new TreeSet<>(List.of("b", "a")));
        one("nested", g -> g.nested = new ArrayList<>(List.of(full, new ArrayList<>(List.of("s", "t")))));
        one("lists", g -> g.lists = new HashMap<>(Map.of("k", full)));
        one("owner", g -> g.owner = owner("o", full));
        one("owners", g -> g.owners = new ArrayList<>(List.of(owner("o", full))));
        one("owner-of-list", g -> g.ownerOfList = owner(full, new ArrayList<>(List.of(full))));
        one("owner-of-open", g -> g.ownerOfOpen = owner(open, new ArrayList<>(List.of(open))));
        plain("inherited", fill(new Child(), c -> { c.t = "t"; c.list = full; c.t2 = "x"; }), new Child());
        one("array", g -> g.array = new List[] {full, null});
        one("reference", g -> g.reference = new AtomicReference<>("x"));
        one("tuple", g -> g.tuple = new Tuple2<>("a", null));
        one("entry", g -> g.entry = new AbstractMap.SimpleEntry<>("k", 1));
        one("as-list", g -> g.asList = Arrays.asList("p", "q"));
        one("queue", g -> g.queue = new PriorityQueue<>(List.of(1, 2)));
    }

    private static <T> Owner<T> owner(T t, List<T> list) {
        return fill(new Owner<>(), o -> { o.t = t; o.list = list; });
    }

    private static void one(String name, java.util.function.Consumer<Generic> how) {
        plain("generic-" + name, fill(new Generic(), how));
    }
}
