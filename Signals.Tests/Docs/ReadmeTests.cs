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
        int begin = Array.FindIndex(source, line => line.Trim() == "// README begins") + 1;
        int end = Array.FindIndex(source, line => line.Trim() == "// README ends");
        string example = string.Join('\n', source[begin..end].Select(line => line.Length > 8 ? line[8..] : ""));
        string readme = File.ReadAllText(Path.Combine(Here(), "..", "..", "README.md"));

        Assert.That(readme, Does.Contain("```csharp\n" + example + "\n```"));
    }

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
