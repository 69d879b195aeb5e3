package ckpt.harness.generate;

import ckpt.harness.Json;
import java.io.Serializable;
import java.util.Map;
import java.util.Objects;

/** Classes that PojoSerializer takes. */
public final class Pojos {
    private Pojos() {}

    /** A key whose hash only its class knows. */
    public static final class Account implements Shown, Serializable {
        public int region;
        public String name;

        public Account() {}

        Account(int region, String name) {
            this.region = region;
            this.name = name;
        }

        @Override
        public int hashCode() {
            return region * 1_000_003 + (name == null ? 17 : name.length());
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Account a && a.region == region && Objects.equals(a.name, name);
        }

        @Override
        public Map<String, Object> shown() {
            return Json.object("name", name, "region", region);
        }
    }
}
