namespace Akka.Actor;

/// <summary>The place of an actor in its system's tree; equality ignores the incarnation's <see cref="Uid"/>.</summary>
public class ActorPath : IEquatable<ActorPath>, IComparable<ActorPath>
{
    private const string Symbols = "-_.*$+:@&=,!~';()";

    private readonly string _text;

    internal ActorPath(Address address)
    {
        Address = address;
        Name = "";
        Elements = [];
        _text = "/";
        Root = Parent = this;
    }

    private ActorPath(ActorPath parent, string name, long uid)
    {
        Address = parent.Address;
        Parent = parent;
        Root = parent.Root;
        Name = name;
        Uid = uid;
        Depth = parent.Depth + 1;
        Elements = [.. parent.Elements, name];
        _text = parent.Depth == 0 ? "/" + name : parent._text + "/" + name;
    }

    public string Name { get; }

    public Address Address { get; }

    public long Uid { get; }

    public ActorPath Parent { get; }

    public ActorPath Root { get; }

    public int Depth { get; }

    public IReadOnlyList<string> Elements { get; }

    public static ActorPath operator /(ActorPath path, string name) => path.Child(name);

    public static bool operator ==(ActorPath left, ActorPath right) => Equals(left, right);

    public static bool operator !=(ActorPath left, ActorPath right) => !Equals(left, right);

    public static bool IsValidPathElement(string s) =>
        !string.IsNullOrEmpty(s) && !s.StartsWith('$') && s.All(c => char.IsAsciiLetterOrDigit(c) || Symbols.Contains(c));

    public ActorPath Child(string childName) => childName.Split('/', StringSplitOptions.RemoveEmptyEntries)
        .Aggregate(this, (path, name) => new ActorPath(path, name, 0));

    public ActorPath WithUid(long uid) => Depth == 0 ? this : new ActorPath(Parent, Name, uid);

    public string ToStringWithoutAddress() => _text;

    public string ToStringWithAddress() => Address + _text;

    public string ToStringWithUid() => Uid == 0 ? ToStringWithAddress() : $"{ToStringWithAddress()}#{Uid}";

    public override string ToString() => ToStringWithAddress();

    public bool Equals(ActorPath other) => other is not null && _text == other._text && Address == other.Address;

    public override bool Equals(object obj) => obj is ActorPath other && Equals(other);

    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    public int CompareTo(ActorPath other) => string.CompareOrdinal(ToString(), other?.ToString());
}
