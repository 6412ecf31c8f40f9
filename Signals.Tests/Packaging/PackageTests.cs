using System.IO.Compression;
using System.Text.RegularExpressions;
using Signals.Tests.Architecture;

namespace Signals.Tests.Packaging;

/// <summary>
/// The packages as a user gets them: packed into a folder, taken from there by a project that knows nothing of this repository, built and
/// run. <c>SIGNALS_TEST_AOT=1</c> also publishes that project ahead of time and runs the result.
/// </summary>
[Category("Packaging")]
internal sealed partial class PackageTests
{
#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif
    private const string Version = "0.1.0";

    private const string HostedProgram = """
        using Microsoft.Extensions.DependencyInjection;
        using Microsoft.Extensions.Diagnostics.HealthChecks;
        using Microsoft.Extensions.Hosting;
        using Microsoft.Extensions.Options;
        using Signals;
        using Signals.Hosting;

        HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddSignals(builder.Configuration.GetSection("Signals"), o => o.UseSchema(StoreSchema.Of<View>()));
        using IHost host = builder.Build();
        await host.StartAsync();
        SignalStore store = host.Services.GetRequiredService<SignalStore>();
        await store.AppendAsync(new View(UserId.From("alice"), DateTimeOffset.UtcNow, 1) { Item = 4711 });
        int views = store.Query<View>().Last(20).Read(UserId.From("alice")).ToArray().Length;
        HealthReport health = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        SignalsOptions options = host.Services.GetRequiredService<IOptionsMonitor<SignalsOptions>>().CurrentValue;
        Console.WriteLine($"{views} views, {options.Durability}, {health.Status}");
        await host.StopAsync();

        [Event("view")]
        internal readonly partial record struct View(UserId User, DateTimeOffset Time, ulong Id)
        {
            public long Item { get; init; }
        }
        """;

    private static readonly string[] Packages =
    [
        "Signals.Core", "Signals.Storage", "Signals.Hosting", "Signals.Checkpoints", "Signals.Checkpoints.Azure", "Signals.Checkpoints.S3",
        "Signals.Kafka", "Signals.Testing", "Signals.Orleans", "Signals.Parquet", "Signals.Training", "Signals.Arrow",
        "Signals.Dashboard",
    ];

    private string _root = null!;
    private string _feed = null!;
    private string _project = null!;

    [OneTimeSetUp]
    public void Pack()
    {
        _root = Directory.CreateTempSubdirectory("signals-packages-").FullName;
        _feed = Directory.CreateDirectory(Path.Combine(_root, "feed")).FullName;
        _project = Directory.CreateDirectory(Path.Combine(_root, "fresh")).FullName;
        foreach (string package in (string[])[.. Packages, "Signals.Tool"])
        {
            string project = new[] { package, "integrations/" + package }.First(
                folder => Directory.Exists(Path.Combine(SourceFile.RepositoryRoot(), folder)));
            DotnetCli.Run(
                SourceFile.RepositoryRoot(), "pack", project, "-c", Configuration,
                "--no-build", "--no-restore", "-v", "q", "-o", _feed, $"-p:Version={Version}");
        }

        WriteFreshProject();
    }

    [OneTimeTearDown]
    public void CleanUp() => Directory.Delete(_root, recursive: true);

    [TestCaseSource(nameof(Packages))]
    public void Package_Content_IsWhatAUserExpects(string package)
    {
        using ZipArchive archive = ZipFile.OpenRead(Path.Combine(_feed, $"{package}.{Version}.nupkg"));
        string[] files = [.. archive.Entries.Select(entry => entry.FullName)];
        Assert.That(files, Is.SupersetOf(new[] { "README.md", "icon.png", $"lib/net10.0/{package}.dll", $"lib/net10.0/{package}.xml" }));
        using StreamReader nuspec = new(archive.GetEntry($"{package}.nuspec")!.Open());
        string text = nuspec.ReadToEnd();
        Assert.That(text, Does.Contain("<license type=\"expression\">MIT</license>"));
        Assert.That(text, Does.Contain("<readme>README.md</readme>").And.Contain("<icon>icon.png</icon>").And.Contain("<tags>"));
        Assert.That(
            text, Does.Not.Contain("Microsoft.CodeAnalysis").And.Not.Contain("SourceLink"),
            "what the build needs is no dependency of the user");

        using ZipArchive symbols = ZipFile.OpenRead(Path.Combine(_feed, $"{package}.{Version}.snupkg"));
        Assert.That(symbols.Entries.Select(entry => entry.FullName), Does.Contain($"lib/net10.0/{package}.pdb"));
    }

    [Test]
    public void FreshProject_FromThePackages_BuildsWithoutWarningsAndRuns()
    {
        DotnetCli.Run(_project, "build", "-c", "Release", "-v", "q", "-warnaserror");
        string output = DotnetCli.Run(_project, Path.Combine("bin", "Release", "net10.0", "fresh.dll"));
        Assert.That(Lines(output), Is.Not.Empty.And.All.EqualTo("item 4711, 12.5 s"));
    }

    [Test]
    public void StoragePackage_HasTheGeneratorOfTypedEvents()
    {
        using ZipArchive archive = ZipFile.OpenRead(Path.Combine(_feed, $"Signals.Storage.{Version}.nupkg"));
        Assert.That(
            archive.Entries.Select(entry => entry.FullName).Where(name => name.StartsWith("analyzers/", StringComparison.Ordinal)),
            Is.EqualTo(new[] { "analyzers/dotnet/cs/Signals.Generators.dll" }));
    }

    [TestCase("Signals.Hosting")]
    [TestCase("Signals.Dashboard")]
    [TestCase("Signals.Kafka")]
    [TestCase("Signals.Orleans")]
    [TestCase("Signals.Checkpoints")]
    public void Package_ThatBringsStorage_BringsItsGenerator(string package)
    {
        using ZipArchive archive = ZipFile.OpenRead(Path.Combine(_feed, $"{package}.{Version}.nupkg"));
        using StreamReader nuspec = new(archive.GetEntry($"{package}.nuspec")!.Open());
        string storage = nuspec.ReadToEnd().Split('\n').Single(line => line.Contains("\"Signals.Storage\"", StringComparison.Ordinal));
        Assert.That(storage, Does.Not.Contain("Analyzers"));
    }

    [Test]
    public void Tool_FromItsPackage_InstallsAndRuns()
    {
        string tools = Path.Combine(_root, "tools");
        DotnetCli.Run(_project, "tool", "install", "Signals.Tool", "--version", Version, "--source", _feed, "--tool-path", tools);
        string output = DotnetCli.Run(Path.Combine(tools, "signals"), _project, ["bench", "--events", "1000", "--reads", "10", "--json"]);
        Assert.That(output, Does.StartWith("{\"events\":1000,"));
    }

    [Test]
    public void FreshProject_PublishedAheadOfTime_RunsTheSame()
    {
        AheadOfTime.Require();
        string published = Path.Combine(_project, "published");
        DotnetCli.Run(_project,
        [
            "publish", "-c", "Release", "-v", "q", "-warnaserror", "-p:PublishAot=true",
            "--use-current-runtime", "-o", published, .. AheadOfTime.Linker,
        ]);
        string output = DotnetCli.Run(Path.Combine(published, "fresh"), _project, []);
        Assert.That(Lines(output), Is.Not.Empty.And.All.EqualTo("item 4711, 12.5 s"));
    }

    /// <summary>What a host binds from its configuration is bound without reflection, and a wrong key is still named.</summary>
    [Test]
    public void HostedProject_PublishedAheadOfTime_RunsAndRefusesAnUnknownKey()
    {
        AheadOfTime.Require();
        string project = Directory.CreateDirectory(Path.Combine(_root, "hosted")).FullName;
        string store = "--Signals:Path=" + Path.Combine(project, "store");
        WriteProject(project, "hosted", HostedProgram, ("Signals.Hosting", Version), ("Microsoft.Extensions.Hosting", "10.0.5"));
        string published = Path.Combine(project, "published");
        DotnetCli.Run(project,
        [
            "publish", "-c", "Release", "-v", "q", "-warnaserror", "-p:PublishAot=true",
            "--use-current-runtime", "-o", published, .. AheadOfTime.Linker,
        ]);
        string program = Path.Combine(published, "hosted");
        Assert.That(DotnetCli.Run(program, project, [store, "--Signals:Durability=Synced"]), Does.Contain("1 views, Synced, Healthy"));
        (int code, string output) = DotnetCli.TryRun(program, project, store, "--Signals:Durabilty=Synced");
        Assert.That(code, Is.Not.Zero, output);
        Assert.That(output, Does.Contain("'Signals:Durabilty'; the nearest known one is 'Durability'"));
    }

    // Each run appends an event, and prints those of the runs before it, too.
    private static string[] Lines(string output) =>
        output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    // The program is the example of the package's own readme, so that the first thing that a user copies is what is tried here.
    private void WriteFreshProject()
    {
        string readme = File.ReadAllText(Path.Combine(SourceFile.RepositoryRoot(), "Signals.Storage", "PACKAGE.md"));
        string example = CSharpBlock().Match(readme).Groups[1].Value;
        Assert.That(example, Does.Contain("\"./signals\""));
        WriteProject(_project, "fresh", example, ("Signals.Storage", Version));
    }

    private void WriteProject(string folder, string name, string program, params (string Name, string Version)[] packages)
    {
        string references = string.Concat(
            packages.Select(package => $"""<PackageReference Include="{package.Name}" Version="{package.Version}" />"""));
        File.WriteAllText(Path.Combine(folder, "Program.cs"), program);
        File.WriteAllText(Path.Combine(folder, name + ".csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <InvariantGlobalization>true</InvariantGlobalization>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                {references}
              </ItemGroup>
            </Project>
            """);

        // A cache of its own, or a package of an earlier run would be taken; what is not ours comes from the machine's.
        File.WriteAllText(Path.Combine(folder, "nuget.config"), $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="{Path.Combine(_root, "cache")}" /></config>
              <fallbackPackageFolders><add key="machine" value="{MachineCache()}" /></fallbackPackageFolders>
              <packageSources><add key="packed" value="{_feed}" /></packageSources>
            </configuration>
            """);
    }

    private static string MachineCache() => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();
}
