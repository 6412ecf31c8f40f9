using Signals.Definitions;
using Signals.Tests.Architecture;

namespace Signals.Tests.Docs;

[Category("Fast")]
[TestFixture]
internal sealed class DefinitionsGuideTests
{
    private static readonly string Docs = Path.Combine(SourceFile.RepositoryRoot(), "docs");

    private static readonly string Guide = File.ReadAllText(Path.Combine(Docs, "definitions.md"));

    [Test]
    public void Example_InTheGuide_IsTheCompiledOne()
    {
        string[] source = File.ReadAllLines(Path.Combine(SourceFile.RepositoryRoot(), "Signals.Tests", "Docs", "DefinitionsExample.cs"));
        int begin = Array.FindIndex(source, line => line.Trim() == "// definition begins") + 1;
        int end = Array.FindIndex(source, line => line.Trim() == "// definition ends");
        string example = string.Join('\n', source[begin..end].Select(line => line.Length > 8 ? line[8..] : ""));
        Assert.That(Guide, Does.Contain("```csharp\n" + example + "\n```"));
    }

    [Test]
    public void Json_InTheGuide_IsTheSameDefinition()
    {
        const string Fence = "```json\n";
        int begin = Guide.IndexOf(Fence, StringComparison.Ordinal) + Fence.Length;
        string json = Guide[begin..Guide.IndexOf("\n```", begin, StringComparison.Ordinal)];
        Assert.That(SequenceDefinition.Parse(json), Is.EqualTo(DefinitionsExample.HomeFeed()));
    }
}
