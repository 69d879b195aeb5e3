package ckpt.harness.generate;

import ckpt.harness.Json;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How rows show Protobuf messages: the fields in the order of the descriptor, null where presence says so. */
public final class Messages {
    private Messages() {}

    public static Map<String, Object> shown(Message m) {
        Map<String, Object> all = new LinkedHashMap<>();
        for (FieldDescriptor f : m.getDescriptorForType().getFields()) {
            if (f.isMapField()) {
                all.put(f.getName(), map(f, (List<?>) m.getField(f)));
            } else if (f.isRepeated()) {
                List<Object> list = new ArrayList<>();
                ((List<?>) m.getField(f)).forEach(v -> list.add(one(f, v)));
                all.put(f.getName(), list);
            } else {
                all.put(f.getName(), f.hasPresence() && !m.hasField(f) ? null : one(f, m.getField(f)));
            }
        }
        if (!m.getUnknownFields().asMap().isEmpty()) {
            all.put("$unknown", Json.base64(m.getUnknownFields().toByteArray()));
        }
        return all;
    }

    private static Object map(FieldDescriptor f, List<?> entries) {
        FieldDescriptor key = f.getMessageType().findFieldByNumber(1);
        FieldDescriptor value = f.getMessageType().findFieldByNumber(2);
        Map<String, Object> object = new LinkedHashMap<>();
        List<Object> pairs = new ArrayList<>();
        for (Object e : entries) {
            Object k = one(key, ((Message) e).getField(key));
            Object v = one(value, ((Message) e).getField(value));
            object.put(k.toString(), v);
            pairs.add(List.of(k, v));
        }
        return key.getJavaType() == FieldDescriptor.JavaType.STRING ? object : pairs;
    }

    private static Object one(FieldDescriptor f, Object v) {
        switch (f.getType()) {
            case UINT32, FIXED32:
                return Integer.toUnsignedLong((Integer) v);
            case UINT64, FIXED64:
                return new BigInteger(Long.toUnsignedString((Long) v));
            case BYTES:
                return Json.base64(((ByteString) v).toByteArray());
            case ENUM:
                EnumValueDescriptor named = f.getEnumType().findValueByNumber(((EnumValueDescriptor) v).getNumber());
                return named != null ? named.getName() : (Object) ((EnumValueDescriptor) v).getNumber();
            case MESSAGE, GROUP:
                return shown((Message) v);
            default:
                return v;
        }
    }
}
