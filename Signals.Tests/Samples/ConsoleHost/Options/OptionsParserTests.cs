using System.Text.RegularExpressions;
using Signals.Samples.ConsoleHost.Options;
using Signals.Tests.Architecture;

namespace Signals.Tests.Samples.ConsoleHost.Options;

[TestFixture]
public sealed partial class OptionsParserTests
{
    [Test]
    public void Parse_Nothing_GeneratesIntoATemporaryFolder()
    {
        HostOptions options = OptionsParser.Parse([]);
        Assert.That(options.Input, Is.Null);
        Assert.That(options.Path, Is.Null);
        Assert.That(options.Durability, Is.EqualTo(Durability.Buffered));
    }

    [Test]
    public void Parse_AllMappingOptions_AreUnderstood()
    {
        HostOptions options = OptionsParser.Parse(
        [
            "--input", "-", "--format=csv", "--user", "who", "--time", "when", "--time-format", "unix-ms", "--type", "what",
            "--types", "a,b", "--id", "x,y", "--field", "price:float32=Price", "--field", "v:float16[4]", "--events", "1_000",
            "--durability", "synced", "--verify",
        ]);

        Assert.That(options.Events, Is.EqualTo(1000));
        Assert.That(options.Verify, Is.True);
        Assert.That(options.Durability, Is.EqualTo(Durability.Synced));
        Assert.That(options.Mapping.Type!.Column, Is.EqualTo("what"));
        Assert.That(options.Mapping.Type.Names, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(options.Mapping.Id, Is.EqualTo(new[] { "x", "y" }));
        Assert.That(options.Mapping.Fields[0], Is.EqualTo(new FieldMapping("price", ColumnKind.Float32, 1, "Price")));
        Assert.That(options.Mapping.Fields[1], Is.EqualTo(new FieldMapping("v", ColumnKind.VectorFloat16, 4, "v")));
    }

    [TestCase("--input", "")]
    [TestCase("--input=")]
    [TestCase("--path", "")]
    [TestCase("--emit", "")]
    [TestCase("--path", "x", "--input", "a.csv", "--user", "u", "--time", "t", "--source", "")]
    [TestCase("--user-shown", "guid:00000000-0000-0000-0000-000000000000")]
    public void Parse_AValueThatSaysNothing_IsRefused(params string[] arguments) =>
        Assert.That(() => OptionsParser.Parse(arguments), Throws.TypeOf<UsageException>());

    [Test]
    public void Parse_ASourceNameThatIsTooLong_IsRefused() =>
        Assert.That(
            () => OptionsParser.Parse(
                ["--path", "x", "--input", "a.csv", "--user", "u", "--time", "t", "--source", new string('\u00e9', 129)]),
            Throws.TypeOf<UsageException>().With.Message.Contains("256"));

    [Test]
    public void Parse_ConstantType_NeedsNoList()
    {
        HostOptions options = OptionsParser.Parse(["--input", "f.csv.gz", "--user", "u", "--time", "t", "--type", "=sale"]);
        Assert.That(options.Mapping.Type!.Names, Is.EqualTo(new[] { "sale" }));
        Assert.That(options.Mapping.Type.Source, Is.EqualTo(EventTypeSource.Constant));
        Assert.That(options.Format, Is.EqualTo(InputFormat.Csv));
    }

    [TestCase("f.frames", InputFormat.Frames)]
    [TestCase("f.msgpack.gz", InputFormat.Frames)]
    public void Parse_NameOfTheFile_SaysTheFormat(string name, object format) =>
        Assert.That(OptionsParser.Parse(["--input", name, "--types", "a"]).Format, Is.EqualTo(format));

    [TestCase("--events", "--events needs a value")]
    [TestCase("--events --verify", "--events needs a value")]
    [TestCase("--events ten", "'ten'")]
    [TestCase("--events 0", "from 1 to")]
    [TestCase("--verify=yes", "--verify takes no value")]
    [TestCase("--evnets 5", "no option --evnets. Did you mean '--events'?")]
    [TestCase("--frobnicate 5", "no option --frobnicate.")]
    [TestCase("--seed 1 --seed 2", "--seed is given twice")]
    [TestCase("events", "not an option")]
    [TestCase("--durability fast", "'fast'")]
    [TestCase("--window 0", "'0'")]
    [TestCase("--input f", "add --format")]
    [TestCase("--input f.csv --preset shop", "'shop'")]
    [TestCase("--input f.csv --user u", "--time COLUMN")]
    [TestCase("--input f.csv --user u --time t --type x", "--types")]
    [TestCase("--input f.frames", "--types")]
    [TestCase("--input f.csv --user u --time t --field price", "NAME:KIND")]
    [TestCase("--input f.csv --user u --time t --field price:money", "int32")]
    [TestCase("--input f.csv --user u --time t --field a/b:int32", "is not a name")]
    [TestCase("--input f.csv --user u --time t --field v:float16[0]", "NAME:KIND")]
    [TestCase("--input f.csv --user u --time t --field a:text --field a:text", "twice")]
    [TestCase("--input f.csv --user u --time t --id a,,b", "empty name")]
    [TestCase("--user u", "need --input")]
    [TestCase("--emit - --verify", "stores nothing")]
    public void Parse_WrongOption_SaysWhat(string line, string expected)
    {
        UsageException error = Assert.Throws<UsageException>(() => OptionsParser.Parse(line.Split(' ')))!;
        Assert.That(error.Message, Does.Contain(expected));
    }

    /// <summary>What the page tells people to type works word for word.</summary>
    [Test]
    public void Page_EveryOptionOfIt_IsKnown()
    {
        string page = File.ReadAllText(Path.Combine(SourceFile.RepositoryRoot(), "docs", "console-host.md"));
        string[] known = [.. new HostSyntax().Root.Options.Select(option => option.Name)];
        string[] named = [.. OptionWord().Matches(page).Select(match => match.Value).Distinct().Except(["--project"])];
        Assert.That(named, Is.SupersetOf(known.Except(["--help", "--version"])), "each option has a line on the page");
        Assert.That(named, Is.SubsetOf(known));
    }

    /// <summary>In whatever order the line has them.</summary>
    [Test]
    public void Parse_ColumnBesideAPreset_GoesBeforeIt()
    {
        string[] line = ["--input", "f.csv", "--user", "buyer", "--preset", "online-retail"];
        Assert.That(OptionsParser.Parse(line).Mapping, Is.EqualTo(Presets.OnlineRetail with { User = "buyer" }));
        Assert.That(OptionsParser.Parse([.. line[..2], .. line[4..], .. line[2..4]]).Mapping.User, Is.EqualTo("buyer"));
    }

    [GeneratedRegex("(?<![\\w-])--[a-z][a-z-]*")]
    private static partial Regex OptionWord();
}
