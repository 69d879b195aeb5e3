package ckpt.harness.unusual;

import java.util.Map;

/** A subclass of {@link Shape}: a serializer learns of it when it first writes one. */
public class Circle extends Shape {
    public double radius;

    public Circle() {}

    Circle(String name, double radius) {
        super(name, 0);
        this.radius = radius;
    }

    @Override
    public Map<String, Object> shown() {
        Map<String, Object> m = super.shown();
        m.put("radius", radius);
        return m;
    }
}
