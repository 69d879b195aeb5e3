package ckpt.harness.unusual;

import ckpt.harness.Json;
import ckpt.harness.generate.Shown;
import java.util.Map;

/** A POJO with a subclass that nobody registers. */
public class Shape implements Shown {
    public String name;
    public int corners;

    public Shape() {}

    Shape(String name, int corners) {
        this.name = name;
        this.corners = corners;
    }

    @Override
    public Map<String, Object> shown() {
        return Json.object("corners", corners, "name", name);
    }
}
