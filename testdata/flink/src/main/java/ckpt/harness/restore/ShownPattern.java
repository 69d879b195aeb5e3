package ckpt.harness.restore;

import ckpt.harness.Json;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.cep.nfa.ComputationState;
import org.apache.flink.cep.nfa.DeweyNumber;
import org.apache.flink.cep.nfa.NFAState;
import org.apache.flink.cep.nfa.sharedbuffer.EventId;
import org.apache.flink.cep.nfa.sharedbuffer.Lockable;
import org.apache.flink.cep.nfa.sharedbuffer.NodeId;
import org.apache.flink.cep.nfa.sharedbuffer.SharedBufferEdge;
import org.apache.flink.cep.nfa.sharedbuffer.SharedBufferNode;

/** The row form of what the operator for patterns keeps. */
final class ShownPattern {
    private ShownPattern() {}

    static boolean has(Object v) {
        return v != null && v.getClass().getPackageName().startsWith("org.apache.flink.cep.");
    }

    static Object of(Object v) {
        if (v instanceof NFAState n) {
            return Json.object("partialMatches", list(n.getPartialMatches()), "completedMatches", list(n.getCompletedMatches()));
        } else if (v instanceof ComputationState s) {
            return Json.object("state", s.getCurrentStateName(), "previous", Dumped.shown(s.getPreviousBufferEntry()),
                    "version", Dumped.shown(s.getVersion()), "startTimestamp", s.getStartTimestamp(),
                    "previousTimestamp", s.getPreviousTimestamp(), "startEvent", Dumped.shown(s.getStartEventID()));
        } else if (v instanceof DeweyNumber d) {
            return Stream.of(d.toString().split("\\.")).map(t -> (Object) Integer.valueOf(t)).toList();
        } else if (v instanceof Lockable<?> l) {
            return Json.object("references", hidden(l, "getRefCounter"), "element", Dumped.shown(l.getElement()));
        } else if (v instanceof SharedBufferNode n) {
            return list(n.getEdges());
        } else if (v instanceof SharedBufferEdge e) {
            return Json.object("target", Dumped.shown(hidden(e, "getTarget")),
                    "version", Dumped.shown(hidden(e, "getDeweyNumber")));
        } else if (v instanceof NodeId n) {
            return Json.object("event", Dumped.shown(n.getEventId()), "page", n.getPageName());
        } else if (v instanceof EventId e) {
            return Json.object("id", e.getId(), "timestamp", e.getTimestamp());
        }
        throw new IllegalArgumentException("no row form for " + v.getClass());
    }

    /** What a getter gives that is not public. */
    private static Object hidden(Object v, String getter) {
        try {
            Method m = v.getClass().getDeclaredMethod(getter);
            m.setAccessible(true);
            return m.invoke(v);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Object> list(Collection<?> all) {
        List<Object> l = new ArrayList<>();
        all.forEach(v -> l.add(Dumped.shown(v)));
        return l;
    }
}
