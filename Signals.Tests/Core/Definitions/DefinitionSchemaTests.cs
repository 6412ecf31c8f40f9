using System.Text.Json.Nodes;
using Signals.Core.Definitions.Json;
using Signals.Definitions;
using Signals.Tests.Architecture;
using Signals.Tests.Reliability;

namespace Signals.Tests.Core.Definitions;

/// <summary>The published schema and the parser say the same.</summary>
[Category("Reliability")]
internal sealed class DefinitionSchemaTests
{
    private static readonly JsonObject Schema =
        JsonNode.Parse(File.ReadAllText(Path.Combine(SourceFile.RepositoryRoot(), "docs", "definitions.schema.json")))!.AsObject();

    // One document cannot have every key: these are the sample's, and what it has not.
    private static readonly JsonNode[] Documents =
    [
        JsonNode.Parse(DefinitionSamples.Full().ToUtf8Json().Span)!,
        JsonNode.Parse("""
            { "$schema": "definitions.schema.json", "format": 1, "name": "d", "version": 1, "owner": "o",
              "sources": [{ "eventType": "view", "count": 5 }], "size": 5,
              "parameters": [{ "name": "least", "kind": "integer", "default": 1, "minimum": 0, "maximum": 5 }],
              "mix": [{ "rule": "runLimit", "eventTypes": ["view"], "maximum": 3 },
                { "rule": "quota", "eventTypes": ["view"], "minimum": { "parameter": "least" } }],
              "where": { "column": "receipt", "equals": { "base64": "AAE=" } } }
            """)!,
    ];

    [Test]
    public void Schema_Objects_HaveTheKeysOfTheParser()
    {
        (string Name, string[] Keys)[] objects =
        [
            .. typeof(DefinitionKeys).GetFields().Where(field => field.FieldType == typeof(string[]))
                .Select(field => (char.ToLowerInvariant(field.Name[0]) + field.Name[1..], (string[])field.GetValue(null)!)),
            .. Predicate.Forms.Select(form => (form.Key, new[] { form.Key })),
        ];
        Assert.That(objects, Has.Length.GreaterThan(20));
        foreach ((string name, string[] keys) in objects)
        {
            IEnumerable<string> documented = Schema["$defs"]![name]!["properties"]!.AsObject().Select(property => property.Key);
            Assert.That(documented, Is.EquivalentTo(keys), name);
        }

        int withKeys = Schema["$defs"]!.AsObject().Count(definition => definition.Value!["properties"] is not null);
        Assert.That(withKeys, Is.EqualTo(objects.Length));
    }

    [Test]
    public void Schema_EveryDocumentedKey_IsAccepted()
    {
        var checker = new JsonSchemaChecker(Schema);
        foreach (JsonNode document in Documents)
        {
            Assert.That(checker.IsValid(document), Is.True);
            Assert.That(() => SequenceDefinition.Parse(document.ToJsonString()), Throws.Nothing);
        }

        IEnumerable<string> all = checker.Definitions
            .SelectMany(
                definition => definition.Value!["properties"]?.AsObject().Select(property => $"{definition.Key}.{property.Key}") ?? []);
        Assert.That(all.Except(checker.Used), Is.Empty, "no document has these keys");
    }

    [Test]
    public void Schema_UnknownKeyInAnyObject_IsRefusedByBoth()
    {
        int objects = 0;
        foreach (JsonNode document in Documents)
        {
            for (int i = 0; ; i++)
            {
                JsonNode changed = document.DeepClone();
                if (Objects(changed).ElementAtOrDefault(i) is not { } target)
                {
                    break;
                }

                objects++;
                target["extra"] = 1;
                string path = target.GetPath() + ".extra";
                Assert.That(new JsonSchemaChecker(Schema).IsValid(changed), Is.False, path);
                Assert.That(DefinitionSamples.Paths(() => SequenceDefinition.Parse(changed.ToJsonString())), Does.Contain(path));
            }
        }

        Assert.That(objects, Is.GreaterThan(50));
    }

    [Test]
    public void Schema_WhatTheParserAccepts_IsValid()
    {
        int seed = Environment.TickCount;
        var mutator = new JsonMutator(new Random(seed));
        var checker = new JsonSchemaChecker(Schema);
        int accepted = 0;
        for (int i = 0; i < TestScale.Of(3000); i++)
        {
            JsonNode changed = mutator.Mutate(Documents[i % Documents.Length]);
            string json = changed.ToJsonString();
            if (SequenceDefinition.TryParse(System.Text.Encoding.UTF8.GetBytes(json), out SequenceDefinition? definition, out _))
            {
                accepted++;
                Assert.That(checker.IsValid(JsonNode.Parse(json)), Is.True, $"seed {seed}: {json}");
                Assert.That(checker.IsValid(JsonNode.Parse(definition.ToUtf8Json().Span)), Is.True, $"seed {seed}: {json}");
            }
        }

        Assert.That(accepted, Is.Positive, $"seed {seed}");
    }

    [Test]
    public void Schema_RandomDefinitions_AreValid()
    {
        int seed = Environment.TickCount;
        var definitions = new RandomDefinitions(new Random(seed));
        var checker = new JsonSchemaChecker(Schema);
        for (int i = 0; i < TestScale.Of(300); i++)
        {
            SequenceDefinition definition = definitions.Next();
            Assert.That(
                checker.IsValid(JsonNode.Parse(definition.ToUtf8Json().Span)), Is.True, $"seed {seed}, case {i}: {definition.ToJson()}");
        }
    }

    private static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(property => Objects(property.Value)).Prepend(o),
        JsonArray a => a.SelectMany(Objects),
        _ => [],
    };
}
