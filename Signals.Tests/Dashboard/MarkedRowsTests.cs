using System.Diagnostics;
using System.Text.Json;
using Signals.Tests.Architecture;
using Signals.Tests.Reliability;

namespace Signals.Tests.Dashboard;

/// <summary>How the page marks a user's events by the answer for a definition: its own module, run by node.</summary>
[Category("Fast")]
internal sealed class MarkedRowsTests
{
    private const string Script = """
        import { marked } from "MODULE";
        const row = id => ({ type: "view", time_ms: 5, id });
        const history = ["1", "2", "3"].map(row);
        console.log(JSON.stringify(marked(history, { rows: [], served: [row("1")], left_out: [{ ...row("2"), reason: "late" }] })));
        """;

    [Test]
    public async Task Marked_OfServedLeftOutAndUnjudgedRows_SaysOnlyWhatTheAnswerSays()
    {
        string module = Path.Combine(SourceFile.RepositoryRoot(), "integrations", "Signals.Dashboard", "wwwroot", "marked.js");
        string script = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".mjs");
        string copy = Path.ChangeExtension(script, ".module.mjs"); // no package says here that .js is a module
        File.Copy(module, copy);
        await File.WriteAllTextAsync(script, Script.Replace("MODULE", new Uri(copy).AbsoluteUri, StringComparison.Ordinal));
        try
        {
            JsonElement[] rows = [.. JsonDocument.Parse(await RunAsync(script)).RootElement.EnumerateArray()];
            Assert.That(rows[0].GetProperty("served").GetBoolean());
            Assert.That(rows[1].GetProperty("served").GetBoolean(), Is.False);
            Assert.That(rows[1].GetProperty("reason").GetString(), Is.EqualTo("late"));
            Assert.That(rows[2].TryGetProperty("served", out _), Is.False);
        }
        finally
        {
            File.Delete(script);
            File.Delete(copy);
        }
    }

    private static async Task<string> RunAsync(string script)
    {
        string? node = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, "node")).FirstOrDefault(File.Exists);
        if (node is null)
        {
            Assert.Ignore("node is not here. Install nodejs.");
        }

        (int code, string said, string errors) = await WatchedProcess.RunAsync(new ProcessStartInfo(node, [script]));
        Assert.That(code, Is.Zero, errors);
        return said;
    }
}
