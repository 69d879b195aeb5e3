package ckpt.harness.restore;

import java.io.Serializable;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.state.AggregatingStateDescriptor;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.ListSerializer;
import org.apache.flink.api.common.typeutils.base.MapSerializer;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot.CommonSerializerKeys;

/**
 * A state to be registered as its header describes it.
 *
 * @param kind as rows name it
 * @param namespace of keyed state, else null
 * @param key of broadcast state, else null
 * @param value the whole value's serializer; of operator lists that of an element, of timers that of a timer
 */
record StateSpec(String name, String kind, TypeSerializer<Object> namespace, TypeSerializer<Object> key, TypeSerializer<Object> value)
        implements Serializable {

    static StateSpec of(StateMetaInfoSnapshot m) {
        return new StateSpec(m.getName(), Header.kind(m), serializer(m, CommonSerializerKeys.NAMESPACE_SERIALIZER),
                serializer(m, CommonSerializerKeys.KEY_SERIALIZER), serializer(m, CommonSerializerKeys.VALUE_SERIALIZER));
    }

    @SuppressWarnings("unchecked")
    private static TypeSerializer<Object> serializer(StateMetaInfoSnapshot m, CommonSerializerKeys key) {
        var snapshot = m.getTypeSerializerSnapshot(key);
        return snapshot == null ? null : (TypeSerializer<Object>) snapshot.restoreSerializer();
    }

    boolean keyed() {
        return namespace != null;
    }

    boolean timers() {
        return kind.equals("timer");
    }

    /** How keyed state is registered. Values of TTL state are read with their time, as if that were part of them. */
    StateDescriptor<?, ?> descriptor() {
        return switch (kind) {
            case "value" -> new ValueStateDescriptor<>(name, value);
            case "list" -> new ListStateDescriptor<>(name, ((ListSerializer<?>) (TypeSerializer<?>) value).getElementSerializer());
            case "map" -> {
                MapSerializer<?, ?> m = (MapSerializer<?, ?>) (TypeSerializer<?>) value;
                yield new MapStateDescriptor<>(name, m.getKeySerializer(), m.getValueSerializer());
            }
            case "reducing" -> new ReducingStateDescriptor<>(name, (a, b) -> a, value);
            case "aggregating" -> new AggregatingStateDescriptor<>(name, new None(), value);
            default -> throw new IllegalArgumentException(kind);
        };
    }

    /** Stands for the function that the job used: nothing is added. */
    private static final class None implements AggregateFunction<Object, Object, Object> {
        @Override
        public Object createAccumulator() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Object add(Object value, Object accumulator) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Object getResult(Object accumulator) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Object merge(Object a, Object b) {
            throw new UnsupportedOperationException();
        }
    }
}
