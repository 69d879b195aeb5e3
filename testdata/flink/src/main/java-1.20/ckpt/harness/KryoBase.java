package ckpt.harness;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;

/** A serializer for Kryo, in the form that its release asks for. */
public abstract class KryoBase<T> extends Serializer<T> {
    protected abstract T read(Kryo kryo, Input in);

    @Override
    public T read(Kryo kryo, Input in, Class<T> type) {
        return read(kryo, in);
    }
}
