using System.Text;
using System.Text.Json;
using Signals.Core.Definitions.Values;
using Signals.Definitions;
using Signals.Tests.Reliability;

namespace Signals.Tests.Core.Definitions;

[Category("Reliability")]
internal sealed class DefinitionJsonTests
{
    private const string Minimal = """
        { "format": 1, "name": "small", "version": 1, "owner": "ranking", "sources": [{ "eventType": "view", "count": 10 }], "size": 10 }
        """;

    [Test]
    public void Parse_WhatWasWritten_IsEqual()
    {
        SequenceDefinition full = DefinitionSamples.Full();
        Assert.That(SequenceDefinition.Parse(full.ToJson()), Is.EqualTo(full));
        Assert.That(SequenceDefinition.Parse(full.ToJson(indented: true)), Is.EqualTo(full));
        Assert.That(SequenceDefinition.Parse(full.ToJson(indented: true)).ToJson(), Is.EqualTo(full.ToJson()));
        Assert.That(SequenceDefinition.Parse([0xEF, 0xBB, 0xBF, .. full.ToUtf8Json().Span]), Is.EqualTo(full), "with a byte order mark");
    }

    [Test]
    public void Parse_RandomDefinitions_AreLossless()
    {
        int seed = Environment.TickCount;
        var definitions = new RandomDefinitions(new Random(seed));
        for (int i = 0; i < TestScale.Of(2000); i++)
        {
            SequenceDefinition definition = definitions.Next();
            string json = definition.ToJson();
            SequenceDefinition parsed = SequenceDefinition.Parse(json);
            Assert.That(parsed, Is.EqualTo(definition), $"seed {seed}, case {i}: {json}");
            Assert.That(parsed.ToJson(), Is.EqualTo(json), $"seed {seed}, case {i}");
        }
    }

    [Test]
    public void Parse_OnlyWhatIsRequired_IsTheSmallestDefinition()
    {
        Assert.That(SequenceDefinition.Parse(Minimal), Is.EqualTo(DefinitionSamples.Small()));
        Assert.That(
            SequenceDefinition.Parse(Minimal.Replace("{ \"format\"", "{ \"$schema\": \"x\", \"format\"")),
            Is.EqualTo(DefinitionSamples.Small()));
    }

    [Test]
    public void ToJson_Golden_IsStable()
    {
        Assert.That(DefinitionSamples.Small().ToJson(), Is.EqualTo(
            """{"format":1,"name":"small","version":1,"owner":"ranking","stage":"experimental","sources":"""
            + """[{"eventType":"view","count":10}],"order":"newestFirst","size":10}"""));
        Assert.That(DefinitionSamples.Small().ComputeContentHash().ToString("x32", null), Is.EqualTo("4b89e5122235dba36b087196a1845637"));
        Assert.That(DefinitionSamples.Full().ComputeContentHash().ToString("x32", null), Is.EqualTo("32c921656c5673e0c575494ff7849999"));
    }

    [Test]
    public void Parse_EveryKeyLeftOutThatMayBe_GivesItsDefault()
    {
        SequenceDefinition definition = SequenceDefinition.Parse("""
            { "format": 1, "name": "d", "version": 1, "owner": "o", "sources": [{ "eventType": "view", "count": 5 }], "size": 5,
              "dedup": { "columns": ["item_id"] }, "mix": [{ "rule": "quota", "eventTypes": ["view"], "maximum": 3 }],
              "enrichments": [{ "name": "e" }], "columns": [{ "column": "price" }],
              "tensors": { "mask": { "name": "mask" }, "outputs": [{ "name": "x", "features": [
                { "feature": "time" }, { "feature": "eventType" }, { "feature": "column", "column": "price", "scaling": {} },
                { "feature": "category", "columns": ["country"], "categories": ["DE"] }] }] } }
            """);
        Assert.That(definition, Is.EqualTo(SequenceDefinition.Create("d")
            .OwnedBy("o").From("view", v => v.Last(5)).Size(5).DistinctBy("item_id")
            .Quota(["view"], maximum: 3).Enrich("e").Column("price")
            .Tensors(t => t.Mask("mask").Output("x", TensorType.Float32, f => f
                .Time().EventType().Column("price", scaling: new Scaling()).OneHot("country", ["DE"])))
            .Build()));
    }

    [TestCase("\"size\": 10", "\"size\": 10, \"sizes\": 1", "$.sizes")]
    [TestCase("\"size\": 10", "\"size\": 10, \"size\": 10", "$.size")]
    [TestCase("\"size\": 10", "\"size\": 10.5", "$.size")]
    [TestCase("\"size\": 10", "\"size\": 10.0", "$.size")]
    [TestCase("\"size\": 10", "\"size\": 1e400", "$.size")]
    [TestCase("\"size\": 10", "\"size\": 99999999999", "$.size")]
    [TestCase("\"size\": 10", "\"size\": {\"parameter\": \"nobody\"}", "$.size.parameter")]
    [TestCase("\"size\": 10", "\"size\": null", "$.size")]
    [TestCase("\"count\": 10", "\"count\": 10, \"cuont\": 1", "$.sources[0].cuont")]
    [TestCase("\"count\": 10", "\"count\": 10, \"a b\\n\": 1", "$.sources[0]['a b\uFFFD']")]
    [TestCase("\"count\": 10", "\"count\": 0", "$.sources[0].count")]
    [TestCase("\"count\": 10", "\"count\": 10, \"window\": 5", "$.sources[0].window")]
    [TestCase("\"count\": 10", "\"count\": 10, \"where\": {}", "$.sources[0].where.column|$.sources[0].where")]
    [TestCase("\"count\": 10", "\"count\": 10, \"where\": {\"column\": \"x\", \"is\": \"nil\"}", "$.sources[0].where.is")]
    [TestCase("\"count\": 10", "\"count\": 10, \"where\": {\"column\": \"x\", \"equals\": 1, \"in\": [1]}", "$.sources[0].where")]
    [TestCase("\"count\": 10", "\"count\": 10, \"where\": {\"all\": [], \"any\": []}", "$.sources[0].where.any")]
    [TestCase(
        "\"count\": 10", "\"count\": 10, \"where\": {\"column\": \"x\", \"equals\": {\"base64\": \"?\"}}",
        "$.sources[0].where.equals.base64")]
    [TestCase("\"count\": 10", "\"count\": 10, \"where\": {\"column\": \"x\", \"equals\": \"\\ud800\"}", "$.sources[0].where.equals")]
    [TestCase("\"owner\"", "\"\\ud800\"", "$|$.owner")]
    [TestCase("\"format\": 1", "\"format\": 2", "$.format")]
    [TestCase("\"format\": 1,", "", "$.format")]
    [TestCase("[{ \"eventType\": \"view\", \"count\": 10 }]", "{}", "$.sources")]
    [TestCase("[{ \"eventType\": \"view\", \"count\": 10 }]", "[7]", "$.sources[0]|$.sources[0].eventType|$.sources[0].count", false)]
    [TestCase("}]", "}", "$")]
    [TestCase("10 }\n", "10 } x", "$", false)]
    public void Parse_Mistake_IsNamedByPath(string found, string replaced, string paths, bool isExact = true)
    {
        string json = Minimal.ReplaceLineEndings("\n") + "\n";
        Assert.That(json, Does.Contain(found));
        string[] reported = DefinitionSamples.Paths(() => SequenceDefinition.Parse(json.Replace(found, replaced)));
        Assert.That(isExact ? reported : reported[..1], Is.EqualTo(isExact ? paths.Split('|') : [paths.Split('|')[0]]));
    }

    [Test]
    public void Parse_ManyMistakes_AreAllReported()
    {
        string json = DefinitionSamples.Full().ToJson().Replace("\"dwell_seconds\"", "5")
            .Replace("\"oneHot\"", "\"hot\"").Replace("\"position\"", "\"rank\"");
        Assert.That(DefinitionSamples.Paths(() => SequenceDefinition.Parse(json)), Is.EqualTo(new[]
        {
            "$.sources[0].where.column", "$.tensors.outputs[0].features[0].column", "$.tensors.outputs[0].features[3].encoding",
            "$.tensors.outputs[0].features[7].encoding", "$.tensors.outputs[0].features[9].feature",
        }));
    }

    [Test]
    public void Parse_TooLargeOrTooDeep_IsRefused()
    {
        string large = Minimal.Replace("small", new string('x', DefinitionLimits.MaxJsonBytes));
        string deep = string.Concat(Enumerable.Repeat("{\"not\":", DefinitionLimits.MaxJsonDepth)) + "1"
            + new string('}', DefinitionLimits.MaxJsonDepth);
        string deepest = Minimal.Replace("\"size\"", $"\"where\": {deep}, \"size\"");
        Assert.That(DefinitionSamples.Paths(() => SequenceDefinition.Parse(large)), Is.EqualTo(new[] { "$" }));
        Assert.That(DefinitionSamples.Paths(() => SequenceDefinition.Parse(Encoding.UTF8.GetBytes(large))), Is.EqualTo(new[] { "$" }));
        Assert.That(DefinitionSamples.Paths(() => SequenceDefinition.Parse(deepest)), Is.EqualTo(new[] { "$" }));
    }

    [Test]
    public void ToJson_HostCondition_IsRefusedWithItsPath()
    {
        SequenceDefinition host =
            DefinitionSamples.Small() with { Where = Predicate.All(Predicate.Not(Predicate.Host<float>("dwell_seconds", d => d > 1))) };
        DefinitionException error = Assert.Throws<DefinitionException>(() => host.ToJson())!;
        Assert.That(error.Errors.Single().Path, Is.EqualTo("$.where.all[0].not"));
        Assert.That(error.Message, Does.Contain("host's code"));
        Assert.That(() => host.ComputeContentHash(), Throws.TypeOf<DefinitionException>());
    }

    [Test]
    public void ToJson_InvalidDefinition_IsRefused() =>
        Assert.That(DefinitionSamples.Paths(() => (DefinitionSamples.Small() with { Size = 0 }).ToJson()), Is.EqualTo(new[] { "$.size" }));

    [Test]
    public void ToJson_EveryFeatureOfTheSample_IsJson() =>
        Assert.That(() => JsonDocument.Parse(DefinitionSamples.Full().ToUtf8Json()).Dispose(), Throws.Nothing);
}
