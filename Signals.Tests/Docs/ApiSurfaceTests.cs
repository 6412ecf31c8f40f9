using System.Globalization;
using System.Text;
using Signals.Arrow;
using Signals.Checkpoints;
using Signals.Checkpoints.Azure;
using Signals.Checkpoints.S3;
using Signals.Dashboard;
using Signals.Hosting;
using Signals.Kafka;
using Signals.Orleans;
using Signals.Parquet;
using Signals.Testing;
using Signals.Tests.Architecture;
using Signals.Training;

namespace Signals.Tests.Docs;

/// <summary>
/// Every public type says what it is for. <c>SIGNALS_API_PAGES=FOLDER</c> also writes the reference: a page per package, made from the XML
/// documentation (docs/api.md).
/// </summary>
[Category("Fast")]
internal sealed class ApiSurfaceTests
{
    private static readonly Type[] Checkpoints = [typeof(CheckpointUploader), typeof(AzureBlobTarget), typeof(S3Target)];

    private static readonly Type[] Packages =
    [
        typeof(UserId), typeof(SignalStore), typeof(SignalsOptions), .. Checkpoints, typeof(KafkaPartition), typeof(TestBroker),
        typeof(IClusterStore), typeof(ParquetExporter), typeof(TrainingSet), typeof(ArrowExport),
        typeof(DashboardOptions),
    ];

    [TestCaseSource(nameof(Packages))]
    public void PublicTypes_OfAPackage_EachHaveASummary(Type ofPackage)
    {
        ApiSurface surface = new(ofPackage.Assembly);
        TestContext.Out.WriteLine($"{surface.Name}: {surface.Public.Length} public types, {surface.InternalCount} internal ones");
        Assert.That(surface.Public, Does.Contain(ofPackage));
        Assert.That(surface.Public.Where(type => surface.SummaryOf(type).Length == 0).Select(type => type.FullName), Is.Empty);
        if (Environment.GetEnvironmentVariable("SIGNALS_API_PAGES") is string folder)
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, surface.Name + ".md"), Page(surface));
        }
    }

    [TestCaseSource(nameof(Packages))]
    public void PublicTypes_OfAPackage_EachHaveTheirReasonOnThePage(Type ofPackage)
    {
        string page = File.ReadAllText(Path.Combine(SourceFile.RepositoryRoot(), "docs", "api.md"));
        string[] unnamed = [.. new ApiSurface(ofPackage.Assembly).Public.Select(NameOf)
            .Where(name => !page.Contains($"`{name}`", StringComparison.Ordinal))];
        Assert.That(unnamed, Is.Empty);
    }

    [Test]
    public void Page_NamesNoTypeThatIsNotPublic()
    {
        string page = File.ReadAllText(Path.Combine(SourceFile.RepositoryRoot(), "docs", "api.md"));
        HashSet<string> known = [.. Packages.SelectMany(package => new ApiSurface(package.Assembly).Public).Select(NameOf)];
        IEnumerable<string> named = page.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(line => line.Split('|')[1].Split(',', StringSplitOptions.TrimEntries)).Select(name => name.Trim('`'));
        Assert.That(named.Where(name => !known.Contains(name)), Is.Empty);
    }

    [Test]
    public void Page_OfAType_HasItsSummaryAndMembers()
    {
        string page = Page(new ApiSurface(typeof(UserId).Assembly));
        Assert.That(page, Does.Contain("### UserId").And.Contain("`From(System.String)`"));
    }

    private static string NameOf(Type type) =>
        type.IsGenericType ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<T>" : type.Name;

    private static string Page(ApiSurface surface)
    {
        StringBuilder page = new();
        page.Append(CultureInfo.InvariantCulture, $"# {surface.Name}\n");
        foreach (IGrouping<string?, Type> group in surface.Public.GroupBy(type => type.Namespace))
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {group.Key}\n");
            foreach (Type type in group)
            {
                page.Append(CultureInfo.InvariantCulture, $"\n### {type.Name}\n{surface.SummaryOf(type)}\n\n");
                foreach ((string member, string summary) in surface.MembersOf(type))
                {
                    page.Append(CultureInfo.InvariantCulture, $"- `{member}`: {summary}\n");
                }
            }
        }

        return page.ToString();
    }
}
