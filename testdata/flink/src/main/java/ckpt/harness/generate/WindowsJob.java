package ckpt.harness.generate;

import ckpt.harness.Feed;
import ckpt.harness.Json;
import ckpt.harness.Params;
import ckpt.harness.Progress;
import ckpt.harness.Rows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.WindowedStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.EventTimeSessionWindows;
import org.apache.flink.streaming.api.windowing.assigners.GlobalWindows;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.assigners.WindowAssigner;
import org.apache.flink.streaming.api.windowing.evictors.CountEvictor;
import org.apache.flink.streaming.api.windowing.triggers.CountTrigger;
import org.apache.flink.streaming.api.windowing.triggers.EventTimeTrigger;
import org.apache.flink.streaming.api.windowing.triggers.PurgingTrigger;
import org.apache.flink.streaming.api.windowing.triggers.Trigger;
import org.apache.flink.streaming.api.windowing.triggers.TriggerResult;
import org.apache.flink.streaming.api.windowing.windows.GlobalWindow;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.streaming.api.windowing.windows.Window;
import org.apache.flink.util.Collector;

/**
 * Contents, timers and helper states of window operators. Elements are (key, event time, number); no watermark comes, so only
 * count windows fire. All elements of a key come in order through one subtask.
 */
final class WindowsJob implements Job {
    private static final TypeInformation<Tuple3<String, Long, Integer>> ELEMENT = Types.TUPLE(Types.STRING, Types.LONG, Types.INT);
    private static final String[] KEYS = {"", "a", "gr\u00fc\u00df", "\ud83d\ude00", "key,with,commas"};
    /** Event times of every key's elements: a session of three, one that grows backwards, a lone one. */
    private static final long[] TIMES = {-25, -21, -17, 1_000, 996, 1_004, 50_000};
    private static final long SIZE = 10, GAP = 5, LATENESS = 3;
    private static final int COUNT = 3, OPERATORS = 8;

    @Override
    public String name() {
        return "windows";
    }

    private static Tuple3<String, Long, Integer> element(long i) {
        return Tuple3.of(KEYS[(int) (i % KEYS.length)], TIMES[(int) (i / KEYS.length)] + i % KEYS.length, (int) i);
    }

    private static List<Tuple3<String, Long, Integer>> elements(String key) {
        List<Tuple3<String, Long, Integer>> l = new ArrayList<>();
        for (long i = 0; i < records(); i++) {
            if (element(i).f0.equals(key)) {
                l.add(element(i));
            }
        }
        return l;
    }

    private static long records() {
        return (long) KEYS.length * TIMES.length;
    }

    @Override
    public long build(StreamExecutionEnvironment env, Params p) {
        KeyedStream<Tuple3<String, Long, Integer>, String> in = env
                .addSource(new Feed(records()), "feed", Types.LONG).setParallelism(1).uid("feed")
                .map(WindowsJob::element).returns(ELEMENT).setParallelism(1).uid("elements")
                .assignTimestampsAndWatermarks(WatermarkStrategy.<Tuple3<String, Long, Integer>>noWatermarks()
                        .withTimestampAssigner((e, t) -> e.f1)).setParallelism(1).uid("timestamps")
                .keyBy(e -> e.f0, Types.STRING);
        WindowAssigner<Object, TimeWindow> tumbling = TumblingEventTimeWindows.of(Duration.ofMillis(SIZE));
        WindowAssigner<Object, TimeWindow> session = EventTimeSessionWindows.withGap(Duration.ofMillis(GAP));
        timed(in, tumbling).process(new Ignore<>(), Types.VOID).uid("tumbling");
        timed(in, tumbling).reduce(WindowsJob::sum).uid("tumbling-reduce");
        timed(in, tumbling).allowedLateness(Duration.ofMillis(LATENESS))
                .aggregate(new Mean(), Types.TUPLE(Types.LONG, Types.LONG), Types.DOUBLE).uid("tumbling-aggregate");
        timed(in, session).process(new Ignore<>(), Types.VOID).uid("session");
        timed(in, session).reduce(WindowsJob::sum).uid("session-reduce");
        in.window(GlobalWindows.create()).trigger(new Counted<>(new Never<>()))
                .process(new Ignore<>(), Types.VOID).uid("global");
        in.window(GlobalWindows.create()).trigger(new Counted<>(PurgingTrigger.of(CountTrigger.of(COUNT))))
                .process(new Ignore<>(), Types.VOID).uid("count");
        in.window(GlobalWindows.create()).trigger(new Counted<>(new Never<>())).evictor(CountEvictor.of(2))
                .process(new Ignore<>(), Types.VOID).uid("evicting");
        return records() * OPERATORS;
    }

    private static WindowedStream<Tuple3<String, Long, Integer>, String, TimeWindow> timed(
            KeyedStream<Tuple3<String, Long, Integer>, String> in, WindowAssigner<Object, TimeWindow> w) {
        return in.window(w).trigger(new Counted<>(EventTimeTrigger.create()));
    }

    private static Tuple3<String, Long, Integer> sum(Tuple3<String, Long, Integer> a, Tuple3<String, Long, Integer> b) {
        return Tuple3.of(a.f0, Math.max(a.f1, b.f1), a.f2 + b.f2);
    }

    @Override
    public void expect(Rows rows, Params p, Map<String, Object> written) {
        for (String key : KEYS) {
            var elements = elements(key);
            Map<TimeWindow, List<Tuple3<String, Long, Integer>>> panes = new LinkedHashMap<>();
            for (var e : elements) {
                long start = Math.floorDiv(e.f1, SIZE) * SIZE;
                panes.computeIfAbsent(new TimeWindow(start, start + SIZE), w -> new ArrayList<>()).add(e);
            }
            panes.forEach((w, in) -> tumbling(rows, key, w, in));
            sessions(rows, key, elements);
            list(rows, "global", key, null, elements);
            int rest = elements.size() % COUNT;
            list(rows, "count", key, null, elements.subList(elements.size() - rest, elements.size()));
            if (rest > 0) {
                row(rows, "count", "count", "reducing", key, null, "value", (long) rest);
            }
            for (int i = 0; i < elements.size(); i++) {
                row(rows, "evicting", "window-contents", "list", key, null, "index", (long) i, "value", Json.object(
                        "element", "record", "timestamp", elements.get(i).f1, "value", Shown.of(elements.get(i))));
            }
        }
    }

    private static void tumbling(Rows rows, String key, TimeWindow w, List<Tuple3<String, Long, Integer>> in) {
        list(rows, "tumbling", key, w, in);
        row(rows, "tumbling-reduce", "window-contents", "reducing", key, w, "value",
                Shown.of(in.stream().reduce(WindowsJob::sum).orElseThrow()));
        Tuple2<Long, Long> mean = Tuple2.of((long) in.size(), in.stream().mapToLong(e -> e.f2).sum());
        row(rows, "tumbling-aggregate", "window-contents", "aggregating", key, w, "value", Shown.of(mean));
        for (String operator : List.of("tumbling", "tumbling-reduce", "tumbling-aggregate")) {
            timer(rows, operator, key, w, w.maxTimestamp());
        }
        timer(rows, "tumbling-aggregate", key, w, w.maxTimestamp() + LATENESS);
    }

    /** As the window operator merges: the contents stay in the window of the session's first element. */
    private static void sessions(Rows rows, String key, List<Tuple3<String, Long, Integer>> elements) {
        Map<TimeWindow, TimeWindow> stateWindow = new HashMap<>();
        Map<TimeWindow, List<Tuple3<String, Long, Integer>>> contents = new LinkedHashMap<>();
        for (var e : elements) {
            TimeWindow merged = new TimeWindow(e.f1, e.f1 + GAP), state = merged;
            for (TimeWindow w : List.copyOf(stateWindow.keySet())) {
                if (w.intersects(merged)) {
                    state = stateWindow.remove(w);
                    merged = merged.cover(w);
                }
            }
            stateWindow.put(merged, state);
            contents.computeIfAbsent(state, w -> new ArrayList<>()).add(e);
        }
        contents.forEach((w, in) -> {
            list(rows, "session", key, w, in);
            row(rows, "session-reduce", "window-contents", "reducing", key, w, "value",
                    Shown.of(in.stream().reduce(WindowsJob::sum).orElseThrow()));
        });
        for (String operator : List.of("session", "session-reduce")) {
            long index = 0;
            for (var e : stateWindow.entrySet()) { // the operator too writes a HashMap's order
                row(rows, operator, "merging-window-set", "list", key, null, "index", index++, "value",
                        Json.object("f0", window(e.getKey()), "f1", window(e.getValue())));
                timer(rows, operator, key, e.getKey(), e.getKey().maxTimestamp());
            }
        }
    }

    private static void list(Rows rows, String operator, String key, TimeWindow w, List<Tuple3<String, Long, Integer>> l) {
        for (int i = 0; i < l.size(); i++) {
            row(rows, operator, "window-contents", "list", key, w, "index", (long) i, "value", Shown.of(l.get(i)));
        }
    }

    private static void timer(Rows rows, String operator, String key, TimeWindow w, long at) {
        row(rows, operator, "_timer_state/event_window-timers", "timer", key, w, "timestamp", at);
    }

    private static void row(
            Rows rows, String operator, String state, String kind, String key, TimeWindow w, Object... fields) {
        Map<String, Object> r = rows.keyed(operator, state, kind, key, key);
        if (w != null) {
            r.put("namespace", window(w));
        }
        r.putAll(Json.object(fields));
    }

    private static Map<String, Object> window(TimeWindow w) {
        return Json.object("start", w.getStart(), "end", w.getEnd());
    }

    private static final class Ignore<W extends Window>
            extends ProcessWindowFunction<Tuple3<String, Long, Integer>, Void, String, W> {
        @Override
        public void process(
                String key, Context ctx, Iterable<Tuple3<String, Long, Integer>> in, Collector<Void> out) {}
    }

    /** Count and sum of the numbers. */
    private static final class Mean
            implements org.apache.flink.api.common.functions.AggregateFunction<
                    Tuple3<String, Long, Integer>, Tuple2<Long, Long>, Double> {
        private final KvJob.Average average = new KvJob.Average();

        @Override
        public Tuple2<Long, Long> createAccumulator() {
            return average.createAccumulator();
        }

        @Override
        public Tuple2<Long, Long> add(Tuple3<String, Long, Integer> e, Tuple2<Long, Long> a) {
            return average.add((long) e.f2, a);
        }

        @Override
        public Double getResult(Tuple2<Long, Long> a) {
            return average.getResult(a);
        }

        @Override
        public Tuple2<Long, Long> merge(Tuple2<Long, Long> a, Tuple2<Long, Long> b) {
            return average.merge(a, b);
        }
    }

    /** Never fires. */
    private static final class Never<W extends Window> extends Trigger<Object, W> {
        @Override
        public TriggerResult onElement(Object e, long t, W w, TriggerContext c) {
            return TriggerResult.CONTINUE;
        }

        @Override
        public TriggerResult onProcessingTime(long t, W w, TriggerContext c) {
            return TriggerResult.CONTINUE;
        }

        @Override
        public TriggerResult onEventTime(long t, W w, TriggerContext c) {
            return TriggerResult.CONTINUE;
        }

        @Override
        public void clear(W w, TriggerContext c) {}
    }

    /** The job's counting sink: a window operator emits nothing before it fires, so its trigger counts what it has stored. */
    private static final class Counted<W extends Window> extends Trigger<Object, W> {
        private final Trigger<Object, W> inner;

        Counted(Trigger<Object, W> inner) {
            this.inner = inner;
        }

        @Override
        public TriggerResult onElement(Object e, long t, W w, TriggerContext c) throws Exception {
            Progress.add();
            return inner.onElement(e, t, w, c);
        }

        @Override
        public TriggerResult onProcessingTime(long t, W w, TriggerContext c) throws Exception {
            return inner.onProcessingTime(t, w, c);
        }

        @Override
        public TriggerResult onEventTime(long t, W w, TriggerContext c) throws Exception {
            return inner.onEventTime(t, w, c);
        }

        @Override
        public boolean canMerge() {
            return inner.canMerge();
        }

        @Override
        public void onMerge(W w, OnMergeContext c) throws Exception {
            inner.onMerge(w, c);
        }

        @Override
        public void clear(W w, TriggerContext c) throws Exception {
            inner.clear(w, c);
        }
    }
}
