package ckpt.harness.unusual;

/** A subclass of {@link Shape}: a serializer learns of it when it first writes one. */
public class Circle extends Shape {
    public double radius;

    public Circle() {}

    Circle(String name, double radius) {
        super(name, 0);
        this.radius = radius;
    }
}
