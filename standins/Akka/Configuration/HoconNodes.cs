namespace Akka.Configuration.Hocon;

/// <summary>What the parser reads, before substitutions are resolved.</summary>
internal abstract class Node
{
    /// <summary>A piece of text; the blanks around an unquoted one count only between two pieces.</summary>
    internal sealed class Text(string value) : Node
    {
        public string Value { get; } = value;
    }

    internal sealed class Items(List<Node> values) : Node
    {
        public List<Node> Values { get; } = values;
    }

    internal sealed class Fields : Node
    {
        public Dictionary<string, Node> Values { get; } = [];
    }

    /// <summary>`${path}` or `${?path}`; <paramref name="earlier"/> is the value that a self-reference stands for.</summary>
    internal sealed class Reference(string path, bool optional, Node earlier = null) : Node
    {
        public string Path { get; } = path;

        public bool Optional { get; } = optional;

        public Node Earlier { get; } = earlier;
    }

    /// <summary>Values that stand side by side: texts join, lists append, objects merge.</summary>
    internal sealed class Joined(List<Node> parts) : Node
    {
        public List<Node> Parts { get; } = parts;
    }

    /// <summary>An included document that is resolved already.</summary>
    internal sealed class Resolved(HoconValue value) : Node
    {
        public HoconValue Value { get; } = value;
    }
}
