using System.Runtime.CompilerServices;

namespace Signals.Tests.Docs;

[Category("Fast")]
[TestFixture]
internal sealed class ReadmeTests
{
    [Test]
    public async Task Example_Run_ReadsWhatItAppended()
    {
        string path = Directory.CreateTempSubdirectory("signals-").FullName;
        try
        {
            (int count, float dwell) = await ReadmeExample.RunAsync(path);
            Assert.That((count, dwell), Is.EqualTo((1, 12.5f)));
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }

    [Test]
    public void Example_InReadme_IsTheCompiledOne()
    {
        string[] source = File.ReadAllLines(Path.Combine(Here(), "ReadmeExample.cs"));
        string example = string.Join("\n\n", Parts(source)).Replace("Open(path,", "Open(\"./signals\",", StringComparison.Ordinal);
        string readme = File.ReadAllText(Path.Combine(Here(), "..", "..", "README.md"));

        Assert.That(readme, Does.Contain("```csharp\nusing Signals;\n\n" + example + "\n```"));
    }

    /// <summary>What stands between the marks, without the indent of the marks.</summary>
    private static IEnumerable<string> Parts(string[] source)
    {
        for (int line = 0; line < source.Length; line++)
        {
            if (source[line].Trim() == "// README begins")
            {
                int indent = source[line].Length - source[line].TrimStart().Length;
                int end = Array.FindIndex(source, line, text => text.Trim() == "// README ends");
                yield return string.Join('\n', source[(line + 1)..end].Select(text => text.Length > indent ? text[indent..] : ""));
            }
        }
    }

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
