using System.Xml.Linq;

namespace Signals.Tests.Architecture;

/// <summary>Dependencies point down: between projects, and between the folders of a project. Each rule is also shown to catch its breach.</summary>
internal sealed class LayeringTests
{
    private static readonly IReadOnlyList<SourceFile> Sources = SourceFile.ReadAll();

    private static readonly IReadOnlyList<SourceFile> Product = [.. Sources.Where(f => f.Project is "Signals.Core" or "Signals.Storage")];

    [Test]
    public void Folders_UseOnlyWhatIsBelow() => Assert.That(Layers.UpwardReferences(Product), Is.Empty);

    [Test]
    public void Folders_AllHaveAPlaceInTheOrder()
    {
        Assert.That(Layers.UnknownLayers(Product), Is.Empty);
        Assert.That(Product.Select(f => f.Namespace), Does.Contain("Signals.Core.Model").And.Contain("Signals.Storage.Tables"));
    }

    [Test]
    public void Namespaces_AreFolders() => Assert.That(Layers.MisplacedNamespaces(Sources), Is.Empty);

    [Test]
    public void Files_HoldOneTypeAndItsName() => Assert.That(Layers.CrowdedFiles(Sources), Is.Empty);

    [Test]
    public void UnsafeCode_StaysInItsFolders() => Assert.That(Layers.StrayUnsafeCode(Product), Is.Empty);

    [Test]
    public void Projects_ReferenceOnlyThoseBelow()
    {
        string[] projects = [.. Directory.EnumerateFiles(SourceFile.RepositoryRoot(), "*.csproj", SearchOption.AllDirectories)];
        Assert.That(projects, Has.Length.GreaterThanOrEqualTo(5));
        foreach (string project in projects)
        {
            IEnumerable<string> references = XDocument.Load(project).Descendants("ProjectReference")
                .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')));
            Assert.That(references.Where(r => ProjectRank(r) >= ProjectRank(Path.GetFileNameWithoutExtension(project))), Is.Empty, project);
        }
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
    [TestCase("class Log { Signals.Storage.SignalStore _store; }")]
    public void UpwardReferences_ABreach_IsReported(string code)
    {
        SourceFile root = new("Signals.Storage/SignalStore.cs", "namespace Signals.Storage;\npublic sealed class SignalStore { }");
        SourceFile wal = new("Signals.Storage/Wal/Log.cs", $"namespace Signals.Storage.Wal;\n{code}");
        Assert.That(Layers.UpwardReferences([root, wal]), Is.Not.Empty);
    }

    [TestCase("using Signals.Storage.FileSystem;\nusing Signals.Core.Ingest;")]
    [TestCase("class Log { Signals.Storage.Primitives.Crc32C _crc; }")]
    [TestCase("/// <see cref=\"Signals.Storage.Tables.Table\"/>\nclass Log { string _name = \"Signals.Storage.Tables.Table\"; } // SignalStore")]
    public void UpwardReferences_NoBreach_ReportsNothing(string code)
    {
        SourceFile root = new("Signals.Storage/SignalStore.cs", "namespace Signals.Storage;\npublic sealed class SignalStore { }");
        SourceFile wal = new("Signals.Storage/Wal/Log.cs", $"namespace Signals.Storage.Wal;\n{code}");
        Assert.That(Layers.UpwardReferences([root, wal]), Is.Empty);
    }

    [Test]
    public void OtherRules_ABreach_IsReported()
    {
        SourceFile two = new("Signals.Storage/Wal/Log.cs", "namespace Signals.Storage.Log;\nclass Log\n{\n}\n\ninternal readonly record struct Entry(int A);");
        SourceFile pointer = new("Signals.Storage/Tables/Table.cs", "namespace Signals.Storage.Tables;\ninternal unsafe class Table\n{\n}");
        Assert.That(Layers.MisplacedNamespaces([two]), Is.Not.Empty);
        Assert.That(Layers.UnknownLayers([two]), Is.Not.Empty);
        Assert.That(Layers.CrowdedFiles([two]), Is.Not.Empty);
        Assert.That(Layers.StrayUnsafeCode([pointer]), Is.Not.Empty);
        Assert.That(Layers.CrowdedFiles([pointer]), Is.Empty);
    }

    private static int ProjectRank(string name) => name switch
    {
        "Signals.Core" => 0,
        "Signals.Storage" => 1,
        "Signals.Hosting" => 2,
        "Signals.Tests" => 4,
        _ => 3,
    };
}
