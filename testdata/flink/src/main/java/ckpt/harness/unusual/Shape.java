package ckpt.harness.unusual;

/** A POJO with a subclass that nobody registers. */
public class Shape {
    public String name;
    public int corners;

    public Shape() {}

    Shape(String name, int corners) {
        this.name = name;
        this.corners = corners;
    }
}
