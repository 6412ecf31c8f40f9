using System.Text.RegularExpressions;

namespace Signals.Tests.Architecture;

/// <summary>
/// No test and no sample waits without a limit for a program that it starts: if the program hangs, the whole run would hang and not say
/// where.
/// </summary>
[Category("Fast")]
internal sealed partial class ProcessWaitTests
{
    private const string Watched = "Signals.Tests/Reliability/WatchedProcess.cs";

    [Test]
    public void TestsAndSamples_OutsideWatchedProcess_NeverWaitForAProcessWithoutALimit()
    {
        SourceFile[] tests = [.. SourceFile.ReadAll().Where(file => file.Path.StartsWith("Signals.Tests/", StringComparison.Ordinal)
            || file.Path.StartsWith("samples/", StringComparison.Ordinal))];
        Assert.That(Wait().IsMatch(tests.Single(file => file.Path == Watched).Code), "the pattern finds nothing");
        Assert.That(
            tests.Where(file => file.Path != Watched && Wait().IsMatch(file.Code)), Is.Empty, $"start the program with {Watched}");
    }

    [TestCase("process.WaitForExit();", true)]
    [TestCase("await process.WaitForExitAsync();", true)]
    [TestCase("await process.WaitForExitAsync(CancellationToken.None);", true)]
    [TestCase("string said = process.StandardOutput.ReadToEnd();", true)]
    [TestCase("string said = await process.StandardError.ReadToEndAsync();", true)]
    [TestCase("process.WaitForExit(Patience);", false)]
    [TestCase("await process.WaitForExitAsync(patience.Token);", false)]
    [TestCase("_ = process.StandardError.ReadToEndAsync();", false)]
    public void Pattern_OfALine_FindsWaitsWithoutALimit(string line, bool isFound) =>
        Assert.That(Wait().IsMatch(line), Is.EqualTo(isFound));

    [GeneratedRegex(
        @"\.WaitForExit(Async)?\(\s*(CancellationToken\.None)?\s*\)|\bStandard(Output|Error)\.ReadToEnd\(|"
            + @"\bawait\s+[\w.]*Standard(Output|Error)\.ReadToEndAsync\(\s*(CancellationToken\.None)?\s*\)")]
    private static partial Regex Wait();
}
