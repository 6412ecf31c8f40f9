using System.Xml.Linq;

namespace Signals.Tests.Architecture;

/// <summary>
/// Dependencies point down: between projects, and between the folders of a project. Each rule is also shown to catch its breach.
/// </summary>
internal sealed class LayeringTests
{
    private static readonly IReadOnlyList<SourceFile> Sources = SourceFile.ReadAll();

    private static readonly IReadOnlyList<SourceFile> Product = [.. Sources.Where(IsProduct)];

    [Test]
    public void Folders_UseOnlyWhatIsBelow() => Assert.That(Layers.UpwardReferences(Product), Is.Empty);

    [Test]
    public void Folders_AllHaveAPlaceInTheOrder()
    {
        Assert.That(Layers.UnknownLayers(Product), Is.Empty);
        Assert.That(Product.Select(f => f.Room), Does.Contain("Signals.Core.Model").And.Contain("Signals.Storage.Tables"));
    }

    [Test]
    public void Namespaces_AreFolders_OrPublicOnes() => Assert.That(Layers.MisplacedNamespaces(Sources, IsProduct), Is.Empty);

    [Test]
    public void PublicNamespaces_EachHaveTypes() =>
        Assert.That(Product.Where(f => f.IsPublic).Select(f => f.Namespace).Distinct(), Is.EquivalentTo(Layers.PublicNamespaces));

    [Test]
    public void Files_HoldOneTypeAndItsName() => Assert.That(Layers.CrowdedFiles(Sources), Is.Empty);

    [Test]
    public void UnsafeCode_StaysInItsFolders() => Assert.That(Layers.StrayUnsafeCode(Product), Is.Empty);

    [Test]
    public void Projects_ReferenceOnlyThoseBelow()
    {
        string[] projects = Projects();
        Assert.That(projects, Has.Length.GreaterThanOrEqualTo(5));
        foreach (string project in projects)
        {
            IEnumerable<string> references = XDocument.Load(project).Descendants("ProjectReference")
                .Select(
                    r => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(project)!, r.Attribute("Include")!.Value.Replace('\\', '/'))));
            Assert.That(references.Where(r => ProjectRank(r) >= ProjectRank(project) && !Extends(project, r)), Is.Empty, project);
        }
    }

    [Test]
    public void Integrations_OfTheProduct_SeeNoInternals()
    {
        string[] integrations = [.. Projects().Where(IsIntegration).Select(p => Path.GetFileNameWithoutExtension(p)!)];
        Assert.That(integrations, Is.Not.Empty);
        IEnumerable<string> friends = Projects().Where(p => ProjectRank(p) < 2)
            .SelectMany(p => XDocument.Load(p).Descendants("InternalsVisibleTo"))
            .Select(f => f.Attribute("Include")!.Value);
        Assert.That(friends.Intersect(integrations), Is.Empty, "what stands under integrations/ uses the public API alone");
    }

    [Test]
    public void Projects_OfTheProduct_AddNoGlobalUsings()
    {
        foreach (string project in new[] { "Signals.Core", "Signals.Storage" })
        {
            XDocument file = XDocument.Load(Path.Combine(SourceFile.RepositoryRoot(), project, project + ".csproj"));
            Assert.That(file.Descendants("Using"), Is.Empty, "the layering rules could not see them");
        }

        Assert.That(Product.Where(f => f.Uses("global")), Is.Empty, "the layering rules could not see them");
    }

    [TestCase("using Signals.Storage.Tables;")]
    [TestCase("using static Signals.Storage.Tables.TableFormat;")]
    [TestCase("using Alias = Signals.Storage.Tables.Table;")]
    [TestCase("class Log { Signals.Storage.Tables.Table _table; }")]
    [TestCase("class Log { SignalStore _store; }")]
    [TestCase("class Log { Signals.SignalStore _store; }")]
    public void UpwardReferences_ABreach_IsReported(string code)
    {
        SourceFile root = new("Signals.Storage/SignalStore.cs", "namespace Signals;\npublic sealed class SignalStore { }");
        SourceFile wal = new("Signals.Storage/Wal/Log.cs", $"namespace Signals.Storage.Wal;\n{code}");
        Assert.That(Layers.UpwardReferences([root, wal]), Is.Not.Empty);
    }

    [TestCase("using Signals.Storage.FileSystem;\nusing Signals.Core.Ingest;")]
    [TestCase("class Log { Signals.Storage.Primitives.Crc32C _crc; }")]
    [TestCase(
        "/// <see cref=\"Signals.Storage.Tables.Table\"/>\nclass Log { string _name = \"Signals.Storage.Tables.Table\"; } // SignalStore")]
    public void UpwardReferences_NoBreach_ReportsNothing(string code)
    {
        SourceFile root = new("Signals.Storage/SignalStore.cs", "namespace Signals;\npublic sealed class SignalStore { }");
        SourceFile wal = new("Signals.Storage/Wal/Log.cs", $"namespace Signals.Storage.Wal;\n{code}");
        Assert.That(Layers.UpwardReferences([root, wal]), Is.Empty);
    }

    [Test]
    public void OtherRules_ABreach_IsReported()
    {
        SourceFile two = new(
            "Signals.Storage/Wal/Log.cs",
            "namespace Signals.Storage.Log;\nclass Log\n{\n}\n\ninternal readonly record struct Entry(int A);");
        SourceFile pointer = new("Signals.Storage/Tables/Table.cs", "namespace Signals.Storage.Tables;\ninternal unsafe class Table\n{\n}");
        SourceFile stray = new("Signals.Storage/Log/Log.cs", "namespace Signals.Storage.Log;\npublic class Log\n{\n}");
        Assert.That(Layers.MisplacedNamespaces([two], _ => true), Is.Not.Empty);
        Assert.That(Layers.MisplacedNamespaces([stray], _ => true), Is.Not.Empty);
        Assert.That(Layers.MisplacedNamespaces([stray], _ => false), Is.Empty);
        Assert.That(Layers.UnknownLayers([stray]), Is.Not.Empty);
        Assert.That(Layers.CrowdedFiles([two]), Is.Not.Empty);
        Assert.That(Layers.StrayUnsafeCode([pointer]), Is.Not.Empty);
        Assert.That(Layers.CrowdedFiles([pointer]), Is.Empty);
    }

    private static string[] Projects() => Directory.GetFiles(SourceFile.RepositoryRoot(), "*.csproj", SearchOption.AllDirectories);

    private static bool IsProduct(SourceFile file) => file.Project is "Signals.Core" or "Signals.Storage";

    /// <summary>An integration may be divided: <c>A.B</c> adds to <c>A</c>, whose users then take none of its dependencies.</summary>
    private static bool Extends(string project, string other) =>
        ProjectRank(project) == 2 && ProjectRank(other) == 2
        && Path.GetFileNameWithoutExtension(project).StartsWith(Path.GetFileNameWithoutExtension(other) + ".", StringComparison.Ordinal);

    private static bool IsIntegration(string project) =>
        Path.GetRelativePath(SourceFile.RepositoryRoot(), project).StartsWith("integrations", StringComparison.Ordinal);

    // Signals.Generators runs in the compiler and refers to nothing; Signals.Storage packs it. Signals.Orleans builds a cluster out of
    // other integrations. Formats of training sets stand on Signals.Training, and the tool on some. The sample of an app host starts
    // another sample.
    private static int ProjectRank(string path) =>
        Path.GetRelativePath(SourceFile.RepositoryRoot(), path).Replace('\\', '/').Split('/') switch
        {
            ["integrations", "Signals.Generators", ..] => -1,
            ["Signals.Core", ..] => 0,
            ["Signals.Storage", ..] => 1,
            ["integrations", "Signals.Orleans" or "Signals.Arrow" or "Signals.Parquet", ..] => 3,
            ["integrations", "Signals.Tool", ..] => 4,
            ["integrations", ..] => 2,
            ["Signals.Tests", ..] or ["samples", "Aspire", ..] => 5,
            _ => 4,
        };
}
