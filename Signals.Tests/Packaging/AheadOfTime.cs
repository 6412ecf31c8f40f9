namespace Signals.Tests.Packaging;

/// <summary>Publishing ahead of time: whether it is wanted and possible here, and what it needs to be told.</summary>
internal static class AheadOfTime
{
    /// <summary>The arguments of <c>dotnet publish</c> that name the linker of this machine.</summary>
    public static string[] Linker => IsOnPath("clang") ? [] : ["-p:CppCompilerAndLinker=gcc"];

    /// <summary>Skips the test, with the reason, where it is not wanted or not possible.</summary>
    public static void Require()
    {
        if (Environment.GetEnvironmentVariable("SIGNALS_TEST_AOT") != "1")
        {
            Assert.Ignore("Set SIGNALS_TEST_AOT=1 to publish ahead of time; it takes minutes and the compiler's package.");
        }

        if (!new[] { "clang", "gcc" }.Any(IsOnPath))
        {
            Assert.Ignore("Publishing ahead of time links with clang or gcc; this machine has neither.");
        }
    }

    private static bool IsOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
}
