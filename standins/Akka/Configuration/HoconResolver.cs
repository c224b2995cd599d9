namespace Akka.Configuration.Hocon;

/// <summary>Replaces substitutions: from the document first, then from the environment.</summary>
internal sealed class HoconResolver
{
    private readonly Node.Fields _root;
    private readonly HashSet<string> _open = [];

    private HoconResolver(Node.Fields root) => _root = root;

    public static HoconValue Resolve(Node.Fields root) => new HoconResolver(root).Value(root);

    private HoconValue Value(Node node) => node switch
    {
        Node.Text text => new HoconValue(text.Value),
        Node.Items items => new HoconValue([.. items.Values.Select(Value).Where(x => x is not null)]),
        Node.Fields fields => Object(fields),
        Node.Resolved resolved => resolved.Value,
        Node.Joined joined => joined.Parts.Select(Value).Where(x => x is not null).Aggregate((HoconValue)null, Join),
        Node.Reference reference => Referenced(reference),
        _ => throw new InvalidOperationException($"no such node: {node}"),
    };

    private HoconValue Object(Node.Fields fields)
    {
        var result = new HoconObject();
        foreach (var (key, node) in fields.Values)
        {
            if (Value(node) is { } value)
                result.Items[key] = value;
        }

        return new HoconValue(result);
    }

    private static HoconValue Join(HoconValue left, HoconValue right)
    {
        if (left is null)
            return right;
        if (left.IsObject() && right.IsObject())
            return new HoconValue(right.GetObject().Over(left.GetObject()));
        if (left.IsArray() || right.IsArray())
            return new HoconValue([.. Items(left), .. Items(right)]);
        return new HoconValue(left.GetString() + right.GetString());
    }

    private static IList<HoconValue> Items(HoconValue value) => value.IsArray() ? value.GetArray() : [value];

    private HoconValue Referenced(Node.Reference reference)
    {
        var value = _open.Add(reference.Path) ? Lookup(reference.Path) : null;
        _open.Remove(reference.Path);
        value ??= reference.Earlier is { } earlier ? Value(earlier) : null;
        value ??= Environment.GetEnvironmentVariable(reference.Path) is { } text ? new HoconValue(text) : null;
        return value is not null || reference.Optional
            ? value
            : throw new FormatException($"Unresolved substitution: {reference.Path}");
    }

    private HoconValue Lookup(string path)
    {
        Node node = _root;
        var steps = HoconParser.SplitPath(path);
        for (var i = 0; i < steps.Count; i++)
        {
            if (node is not Node.Fields fields)
                return Below(Value(node), steps.Skip(i));
            if (!fields.Values.TryGetValue(steps[i], out node))
                return null;
        }

        return Value(node);
    }

    private static HoconValue Below(HoconValue value, IEnumerable<string> steps) =>
        steps.Aggregate(value, (at, step) => at?.GetObject()?.GetKey(step));
}
