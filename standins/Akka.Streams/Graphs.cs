namespace Akka.Streams;

/// <summary>What ends a graph has.</summary>
public abstract class Shape;

public sealed class ClosedShape : Shape
{
    private ClosedShape()
    {
    }
}

public sealed class SourceShape<TOut> : Shape
{
    private SourceShape()
    {
    }
}

public sealed class SinkShape<TIn> : Shape
{
    private SinkShape()
    {
    }
}

public sealed class FlowShape<TIn, TOut> : Shape
{
    private FlowShape()
    {
    }
}

public interface IGraph<out TShape>
    where TShape : Shape;

/// <summary>A blueprint of stages; running it gives its materialized value.</summary>
public interface IGraph<out TShape, out TMaterialized> : IGraph<TShape>
    where TShape : Shape;
