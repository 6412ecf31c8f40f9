using System.Runtime.CompilerServices;

namespace Signals.Tests.Docs;

/// <summary>The enricher in docs/enrichment.md is one that compiles and runs in other tests.</summary>
[Category("Fast")]
internal sealed class EnrichmentGuideTests
{
    [Test]
    public void Example_InGuide_IsTheCompiledOne()
    {
        string root = Path.Combine(Path.GetDirectoryName(Here())!, "..");
        string source = File.ReadAllText(Path.Combine(root, "Core", "Enrichment", "ItemPrice.cs"));
        string example = source[source.IndexOf("internal sealed class", StringComparison.Ordinal)..].TrimEnd();
        Assert.That(File.ReadAllText(Path.Combine(root, "..", "docs", "enrichment.md")), Does.Contain("```csharp\n" + example + "\n```"));
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
