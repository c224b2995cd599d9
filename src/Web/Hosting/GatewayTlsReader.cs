using System.Security.Cryptography.X509Certificates;
using Akka.Configuration;
using MlxActors.Native.Results;

namespace MlxActors.Web.Hosting;

/// <param name="Certificate">Shown to nodes that ask for one; null: none.</param>
/// <param name="NodeAuthorities">Who may have signed the nodes' certificates; empty leaves it to the system.</param>
internal sealed record GatewayTls(X509Certificate2? Certificate, X509Certificate2Collection NodeAuthorities);

/// <summary>The section <c>mlxactors.gateway.tls</c>, and the files that it names.</summary>
internal static class GatewayTlsReader
{
    private const string Section = "mlxactors.gateway.tls";
    private const string Certificate = $"{Section}.certificate";
    private const string NodeAuthorities = $"{Section}.node-ca";

    public static Result<GatewayTls, string> Read(Config config)
    {
        var (file, key) = (PemFiles.File(config, Certificate), PemFiles.File(config, $"{Section}.key"));
        return Own(file, key).Bind(own => Authorities(PemFiles.File(config, NodeAuthorities)).Map(trusted => new GatewayTls(own, trusted)));
    }

    private static Result<X509Certificate2?, string> Own(string? file, string? key) =>
        file is not null ? PemFiles.WithKey(Certificate, file, key).Map(X509Certificate2? (own) => own)
        : key is null ? Result.Ok<X509Certificate2?, string>(null)
        : Result.Error<X509Certificate2?, string>($"{Certificate}: expected a PEM file, for key is set.");

    private static Result<X509Certificate2Collection, string> Authorities(string? file) =>
        file is null ? Result.Ok<X509Certificate2Collection, string>([]) : PemFiles.All(NodeAuthorities, file);
}
