package ckpt.harness.unusual;

import ckpt.harness.Json;
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
        return Json.object("$class", getClass().getName(), "corners", corners, "name", name, "radius", radius);
    }
}
