using Xunit.Abstractions;
using Xunit.Sdk;

namespace MlxActors.Web.Tests.Golden;

/// <summary>Runs the cases of a class in the order of their names; xunit's own order mixes a theory's rows.</summary>
public sealed class ByDisplayName : ITestCaseOrderer
{
    public const string TypeName = "MlxActors.Web.Tests.Golden.ByDisplayName";
    public const string AssemblyName = "MlxActors.Web.Tests";

    public IEnumerable<TTestCase> OrderTestCases<TTestCase>(IEnumerable<TTestCase> testCases)
        where TTestCase : ITestCase => testCases.OrderBy(test => test.DisplayName, StringComparer.Ordinal);
}
