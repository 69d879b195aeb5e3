package ckpt.harness.unusual;

import ckpt.harness.Json;
import ckpt.harness.KryoBase;
import ckpt.harness.generate.Shown;
import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A class for which the job registers a serializer of its own with Kryo, which writes one thing after the other. */
final class Ticket implements Shown {
    static final String DESCRIPTION =
            """
              ckpt.harness.unusual.Ticket:
                form: written
                fields: {seat: string, row: int, price: svarint, number: uvarlong, zone: short, door: char, fee: float,
                  ratio: double, used: boolean, kind: byte, since: long, until: svarlong, left: uvarint, any: value,
                  stops: object java.util.ArrayList, note: nullable java.lang.String}
            """;

    private final int n;

    Ticket(int n) {
        this.n = n;
    }

    private String seat() {
        return n == 0 ? null : "\u00fc" + n;
    }

    private List<Object> stops() {
        return new ArrayList<>(List.of("a" + n, n));
    }

    @Override
    public Map<String, Object> shown() {
        return Json.object("$class", getClass().getName(), "seat", seat(), "row", -n, "price", -1000 * n, "number", (long) n << 40, "zone", -n,
                "door", "" + (char) ('a' + n), "fee", n / 2f, "ratio", -n / 4d, "used", n > 0, "kind", -n, "since", -5_000_000_000L * n,
                "until", -3L * n, "left", 300 * n, "any", n == 1 ? null : n, "stops", stops(), "note", n > 1 ? "note" : null);
    }

    public static final class ForKryo extends KryoBase<Ticket> {
        @Override
        public void write(Kryo kryo, Output out, Ticket t) {
            out.writeString(t.seat());
            out.writeInt(-t.n);
            out.writeInt(-1000 * t.n, false);
            out.writeLong((long) t.n << 40, true);
            out.writeShort(-t.n);
            out.writeChar((char) ('a' + t.n));
            out.writeFloat(t.n / 2f);
            out.writeDouble(-t.n / 4d);
            out.writeBoolean(t.n > 0);
            out.writeByte(-t.n);
            out.writeLong(-5_000_000_000L * t.n);
            out.writeLong(-3L * t.n, false);
            out.writeInt(300 * t.n, true);
            kryo.writeClassAndObject(out, t.n == 1 ? null : (Object) t.n);
            kryo.writeObject(out, t.stops());
            kryo.writeObjectOrNull(out, t.n > 1 ? "note" : null, String.class);
        }

        @Override
        protected Ticket read(Kryo kryo, Input in) {
            in.readString();
            int n = -in.readInt();
            in.readInt(false);
            in.readLong(true);
            in.readShort();
            in.readChar();
            in.readFloat();
            in.readDouble();
            in.readBoolean();
            in.readByte();
            in.readLong();
            in.readLong(false);
            in.readInt(true);
            kryo.readClassAndObject(in);
            kryo.readObject(in, ArrayList.class);
            kryo.readObjectOrNull(in, String.class);
            return new Ticket(n);
        }
    }
}
