package ckpt.harness.restore;

import java.io.InputStream;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.state.KeyGroupStatePartitionStreamProvider;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.heap.HeapPriorityQueueElement;
import org.apache.flink.runtime.state.internal.InternalAppendingState;
import org.apache.flink.runtime.state.internal.InternalKvState;
import org.apache.flink.runtime.state.internal.InternalListState;
import org.apache.flink.runtime.state.internal.InternalMapState;
import org.apache.flink.runtime.state.internal.InternalValueState;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.TimerHeapInternalTimer;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.CloseableIterator;

/** Restores a keyed operator and shows all that it has when it opens. It takes raw keyed state of others for timers. */
final class KeyedDump extends AbstractStreamOperator<Long> implements OneInputStreamOperator<Long, Long> {
    private final OperatorSpec spec;

    KeyedDump(OperatorSpec spec) {
        this.spec = spec;
    }

    @Override
    protected boolean isUsingCustomRawKeyedState() {
        return true;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        OperatorDump.show(spec, context.getOperatorStateStore(), getRuntimeContext().getTaskInfo().getIndexOfThisSubtask());
        for (KeyGroupStatePartitionStreamProvider raw : context.getRawKeyedStateInputs()) {
            try (InputStream in = raw.getStream()) {
                RawTimers.show(spec, in);
            }
        }
    }

    @Override
    public void open() throws Exception {
        super.open();
        KeyedStateBackend<Object> backend = getKeyedStateBackend();
        for (StateSpec s : spec.states()) {
            if (s.timers()) {
                timers(backend, s);
            } else if (s.keyed()) {
                entries(backend, s);
            }
        }
    }

    @SuppressWarnings("unchecked")
    private void entries(KeyedStateBackend<Object> backend, StateSpec s) throws Exception {
        Object state = backend.getOrCreateKeyedState(s.namespace(), s.descriptor());
        Set<Tuple2<Object, Object>> keys; // RocksDB gives the key of a map once for each entry
        try (Stream<Tuple2<Object, Object>> all = backend.getKeysAndNamespaces(s.name())) {
            keys = all.collect(Collectors.toCollection(LinkedHashSet::new));
        }
        for (Tuple2<Object, Object> at : keys) {
            setCurrentKey(at.f0);
            ((InternalKvState<Object, Object, ?>) state).setCurrentNamespace(at.f1);
            if (state instanceof InternalMapState<?, ?, ?, ?> m) {
                for (Map.Entry<?, ?> e : m.entries()) {
                    Dumped.keyed(spec, s, at.f0, at.f1, e.getValue(), "map_key", Dumped.shown(e.getKey()));
                }
            } else if (state instanceof InternalListState<?, ?, ?> l) {
                long index = 0;
                for (Object element : (List<?>) l.getInternal()) {
                    Dumped.keyed(spec, s, at.f0, at.f1, element, "index", index++);
                }
            } else if (state instanceof InternalAppendingState<?, ?, ?, ?, ?> a) {
                Dumped.keyed(spec, s, at.f0, at.f1, a.getInternal());
            } else {
                Dumped.keyed(spec, s, at.f0, at.f1, ((InternalValueState<?, ?, ?>) state).value());
            }
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private void timers(KeyedStateBackend<Object> backend, StateSpec s) throws Exception {
        var queue = backend.create(s.name(), (TypeSerializer) s.value());
        try (CloseableIterator<? extends HeapPriorityQueueElement> all = queue.iterator()) {
            while (all.hasNext()) {
                TimerHeapInternalTimer<?, ?> t = (TimerHeapInternalTimer<?, ?>) all.next();
                Dumped.timer(spec, s.name(), t.getKey(), t.getNamespace(), t.getTimestamp());
            }
        }
    }

    @Override
    public void processElement(StreamRecord<Long> element) {}
}
