namespace Akka.Actor;

/// <summary>Where a system lives; the stand-in knows local systems only.</summary>
public sealed class Address(string protocol, string system, string host = null, int? port = null) : IEquatable<Address>
{
    public string Protocol { get; } = protocol;

    public string System { get; } = system;

    public string Host { get; } = host;

    public int? Port { get; } = port;

    public bool HasLocalScope => Host is null;

    public bool HasGlobalScope => Host is not null;

    public static bool operator ==(Address left, Address right) => Equals(left, right);

    public static bool operator !=(Address left, Address right) => !Equals(left, right);

    public bool Equals(Address other) =>
        other is not null && (Protocol, System, Host, Port) == (other.Protocol, other.System, other.Host, other.Port);

    public override bool Equals(object obj) => obj is Address other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Protocol, System, Host, Port);

    public override string ToString() =>
        $"{Protocol}://{System}{(Host is null ? "" : $"@{Host}")}{(Port is null ? "" : $":{Port}")}";
}
