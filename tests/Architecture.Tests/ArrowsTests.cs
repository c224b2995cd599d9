using System.Reflection;
using System.Text.RegularExpressions;

namespace MlxActors.Architecture.Tests;

/// <summary>
/// Data goes one way: Native ◄ Models ◄ Generation ◄ Actors ◄ InProcess ◄ Web, and Http ◄ Gateway ◄ Web. Whoever breaks an arrow breaks a
/// test here.
/// </summary>
public sealed class ArrowsTests
{
    /// <summary>The rooms of a server, and those of a gateway, which knows nothing of models.</summary>
    private static readonly string[] Server = ["Native", "Models", "Generation", "Actors", "InProcess"], Gateway = ["Http", "Gateway"];

    private static readonly string[] Rooms = [.. Server, .. Gateway, "Web"];

    public static TheoryData<string> AllRooms => [.. Rooms];

    [Theory]
    [MemberData(nameof(AllRooms))]
    public void Room_References_OnlyRoomsToItsLeft(string room)
    {
        var wing = Gateway.Contains(room) ? Gateway : Server.Contains(room) ? Server : Rooms;
        var allowed = wing.TakeWhile(other => other != room).Select(AssemblyName).ToHashSet();
        var wrong = References(room).Where(name => Rooms.Select(AssemblyName).Contains(name) && !allowed.Contains(name));
        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("Native")]
    [InlineData("Models")]
    [InlineData("Generation")]
    [InlineData("Http")]
    [InlineData("Gateway")]
    public void Room_OutsideTheActors_KnowsNoAkka(string room) =>
        Assert.DoesNotContain(References(room), name => name.StartsWith("Akka", StringComparison.Ordinal));

    [Theory]
    [InlineData("Native")]
    [InlineData("Models")]
    [InlineData("Generation")]
    [InlineData("Actors")]
    [InlineData("InProcess")]
    public void Room_LeftOfWeb_KnowsNoHttp(string room) =>
        Assert.DoesNotContain(References(room), name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));

    [Theory]
    [InlineData("Models")]
    [InlineData("Generation")]
    [InlineData("Actors")]
    [InlineData("InProcess")]
    [InlineData("Http")]
    [InlineData("Gateway")]
    [InlineData("Web")]
    public void Room_OutsideNative_HasNoUnsafeIntrinsicsOrPInvoke(string room)
    {
        Assert.DoesNotContain("AllowUnsafeBlocks", File.ReadAllText(ProjectFile(room)));
        AssertNowhere(room, new Regex(@"\bSystem\.Runtime\.Intrinsics\b|\bLibraryImport\b|\bDllImport\b"));
    }

    [Theory]
    [InlineData("Models")]
    [InlineData("Generation")]
    public void Room_OverTheTensorContract_NamesNoBackend(string room) =>
        AssertNowhere(room, new Regex(@"\bCpuBackend\b|\bMlxBackend\b|\bMlxActors\.Native\.(Cpu|Mlx)\b"));

    [Theory]
    [MemberData(nameof(AllRooms))]
    public void Room_UsesLibraryImport_NotDllImport(string room) => AssertNowhere(room, new Regex(@"\[DllImport\b"));

    private static void AssertNowhere(string room, Regex forbidden) =>
        Assert.Empty(Sources(room)
            .SelectMany(file => File.ReadLines(file)
                .Select((line, index) => (Place: $"{Path.GetFileName(file)}:{index + 1}: {line.Trim()}", line)))
            .Where(place => forbidden.IsMatch(place.line))
            .Select(place => place.Place));

    private static string AssemblyName(string room) => room == "Web" ? "mlxactors" : $"MlxActors.{room}";

    private static IEnumerable<string> References(string room) =>
        Assembly.Load(AssemblyName(room)).GetReferencedAssemblies().Select(name => name.Name!);

    private static string ProjectFile(string room) => Path.Combine(Repository.Root, "src", room, $"MlxActors.{room}.csproj");

    private static IEnumerable<string> Sources(string room) =>
        Directory.EnumerateFiles(Path.GetDirectoryName(ProjectFile(room))!, "*.cs", SearchOption.AllDirectories);
}
