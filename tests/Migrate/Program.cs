// Once: gives stored runs and sweeps, whose addresses hashed how the code is spelt, addresses that say in data what they are.
// Migrate FROM TO [DATA]: reads the runs of a folder and its sweeps/, writes them with new names to another, and prints old and new addresses.
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TorchSharp;
using TrivialLayers.Data;
using TrivialLayers.Models;
using TrivialLayers.Pruning;
using TrivialLayers.Runtime;
using TrivialLayers.Storage;
using TrivialLayers.Training;
using TrivialLayers.Zeroing;

var (from, to) = (args[0], args[1]);
var tf32 = args.Contains("tf32");
var caseless = new JsonSerializerOptions { PropertyNameCaseInsensitive = true, Converters = { new JsonStringEnumConverter() } };
var words = new Dictionary<string, string>
{
    ["ResNet"] = "resnet", ["PlainNet"] = "plainnet", ["Vgg"] = "vgg", ["UNet"] = "unet", ["SegNet"] = "segnet", ["PlainEncoderDecoder"] = "plain_encoder_decoder",
    ["ResidualEncoderDecoder"] = "residual_encoder_decoder", ["ResidualUnit"] = "basic_block", ["BottleneckUnit"] = "bottleneck", ["PlainUnit"] = "plain_block", ["ConstantBranchUnit"] = "constant_branch",
    ["Chain"] = "", ["Sequential"] = "", ["OwnNetwork"] = "", ["PreActivation"] = "",
};
var known = new Dictionary<string, (string Weights, IReadOnlyList<string> Lines)>();
var pending = new List<string>();
Directory.CreateDirectory(Path.Combine(to, "sweeps"));
foreach (var folder in Directory.GetDirectories(from).Where(folder => File.Exists(Path.Combine(folder, "run.json"))).Order(StringComparer.Ordinal))
{
    var old = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "run.json")))!.AsObject();
    if (OldKey(old, null) == old["Key"]!.GetValue<string>())
        Run(folder, old, null);
    else
        pending.Add(folder);
}

foreach (var file in Directory.GetFiles(Path.Combine(from, "sweeps"), "*.json").Order(StringComparer.Ordinal))
    Sweep(file);

foreach (var folder in pending)
{
    // The one network that was trained on after its trivial layers were taken out: it starts from weights that only that can give.
    var old = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "run.json")))!.AsObject();
    using var data = Datasets.Load("fashion-mnist-sample");
    using var network = ResNet.ForSmallImages(56, 8, 10, 1);
    var never = new CancellationToken(canceled: true);
    new RunStore(Path.Combine(to, "none"), [to]).GetOrTrain(network, data, Recipe.Quick, 1, cancellationToken: never);
    var greedy = JointZeroing.Greedy(network, data.Validation, steps: 20, store: new SweepStore(null, [Path.Combine(to, "sweeps")]), cancellationToken: never);
    var largest = greedy.Steps.LastOrDefault(step => step.Drop <= 1) ?? greedy.Steps[0];
    Pruning.TakeOut(network, largest.Layers.Where(name => network.RoleOf(name) is LayerRole.Residual or LayerRole.ChannelChange), data.Test.Height, data.Test.Width);
    if (OldKey(old, network) != old["Key"]!.GetValue<string>())
        throw new InvalidDataException($"{folder} starts from other weights than these.");
    Run(folder, old, network);
}

// A sweep of it would have been met before it.
void Run(string folder, JsonObject old, torch.nn.Module? start)
{
    var lines = old["Modules"]!.AsArray().Select(line => New(line!.GetValue<string>())).Where(line => line.Length > 0).ToList();
    var recipe = RecipeOf(old) with { Precision = tf32 ? Precision.TensorFloat32 : Precision.Float32 };
    var description = new JsonObject
    {
        ["form"] = "run", ["version"] = 1, ["network"] = new JsonArray([.. lines.Select(line => JsonValue.Create(line))]), ["data"] = old["DataFingerprint"]!.GetValue<string>(),
        ["recipe"] = RecipeDescription.Of(recipe), ["seed"] = old["Seed"]!.GetValue<long>(),
    };
    if (start is not null)
        description["start"] = NetworkDescription.WeightsOf(start);
    var identity = new Identity(description);
    var name = Path.GetFileName(folder);
    var target = Path.Combine(to, name[..(name.LastIndexOf('-') + 1)] + identity.Address[..12]);
    Directory.CreateDirectory(target);
    var files = old["Files"]!.AsObject().ToDictionary(file => file.Key, file => file.Value!.GetValue<string>());
    foreach (var (file, sum) in files)
    {
        var bytes = File.ReadAllBytes(Path.Combine(folder, file));
        if (Convert.ToHexStringLower(SHA256.HashData(bytes)) != sum)
            throw new InvalidDataException($"{folder}/{file} is damaged.");
        File.WriteAllBytes(Path.Combine(target, file), bytes);
    }

    var fingerprint = old["WeightsFingerprint"]?.GetValue<string>();
    RunFile.Write(new TrainedRun
    {
        Network = old["Network"]!.GetValue<string>(), Identity = identity, Data = old["Data"]!.GetValue<string>(), Recipe = recipe, Parameters = old["Parameters"]!.GetValue<long>(),
        TrainingAccuracy = old["TrainingAccuracy"]!.GetValue<double>(), ValidationAccuracy = old["ValidationAccuracy"]!.GetValue<double>(), TestAccuracy = old["TestAccuracy"]!.GetValue<double>(),
        Seconds = old["Seconds"]!.GetValue<double>(), Files = files, WeightsFingerprint = fingerprint, Provenance = old["Provenance"].Deserialize<Provenance>(caseless)!, Folder = target,
    });
    if (fingerprint is not null)
        known[fingerprint] = (fingerprint, lines); // of weights that are not here nothing else can be had
    else
        Fingerprints(old, Path.Combine(folder, "weights.safetensors"), lines);
    Console.WriteLine($"{old["Key"]} {identity.Address}");
}

void Sweep(string file)
{
    var old = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
    var was = old["Identity"]!.AsObject();
    if (!known.TryGetValue(was["Weights"]!.GetValue<string>(), out var network))
        throw new InvalidDataException($"{file} is of a network that is not here.");
    var layers = old["Layers"]!.AsArray();
    var description = new JsonObject
    {
        ["form"] = "sweep", ["version"] = 1, ["network"] = new JsonArray([.. network.Lines.Select(line => JsonValue.Create(line))]), ["weights"] = network.Weights,
        ["images"] = was["ImagesFingerprint"]!.GetValue<string>(), ["operation"] = OperationOf(was["Operation"]!.GetValue<string>(), layers, network.Lines),
    };
    var identity = new SweepIdentity(was["Network"]!.GetValue<string>(), was["Images"]!.GetValue<string>(), new Identity(description));
    using var stream = File.Create(Path.Combine(to, "sweeps", identity.Address[..24] + ".json"));
    var provenance = old["Provenance"].Deserialize<Provenance>(caseless)!;
    var logits = old["FirstLogits"].Deserialize<float[]>()!;
    if (old["Metric"] is null)
    {
        StoredSweep.Answers Answers(JsonNode node) => node.Deserialize<StoredSweep.Answers>(caseless)!;
        ((IStoredSweep<StoredSweep>)new StoredSweep(identity, old["Images"]!.GetValue<int>(), Answers(old["Baseline"]!), [.. layers.Select(layer => Answers(layer!))], logits, old["Seconds"]!.GetValue<double>(), provenance)).Write(stream);
    }
    else
    {
        StoredMetricSweep.Answers Answers(JsonNode node) => node.Deserialize<StoredMetricSweep.Answers>(caseless)!;
        ((IStoredSweep<StoredMetricSweep>)new StoredMetricSweep(identity, old["Metric"]!.GetValue<string>(), old["Images"]!.GetValue<int>(), old["Chance"]!.GetValue<double>(), Answers(old["Baseline"]!), [.. layers.Select(layer => Answers(layer!))], logits, old["Seconds"]!.GetValue<double>(), provenance)).Write(stream);
    }

    Console.WriteLine($"{was["Address"]} {identity.Address}");
}

static JsonObject OperationOf(string text, JsonArray layers, IReadOnlyList<string> lines)
{
    const string Alone = ", one layer at a time";
    string After(string start) => text[start.Length..^Alone.Length];
    return text switch
    {
        "zero each kernel" => Operation.ZeroEach,
        "zero each kernel, mean IoU (%)" => Operation.Of(measure: new JsonObject { ["id"] = "mean_iou", ["classes"] = int.Parse(lines.Single(line => line.StartsWith("fc:", StringComparison.Ordinal)).Split('[')[1].Split('x')[0], CultureInfo.InvariantCulture) }),
        "kernel to zero and the batch norm's running mean to zero" + Alone => Operation.Of(Operation.Id("mean_output")),
        "the residual branch to zero" + Alone => Operation.Of(Operation.Id("branch_removed")),
        _ when text.StartsWith("kernel to the start of seed ", StringComparison.Ordinal) => Operation.Of(Operation.Id("start_weights", ("seed", long.Parse(After("kernel to the start of seed "), CultureInfo.InvariantCulture)))),
        _ when text.StartsWith("kernel drawn anew with seed ", StringComparison.Ordinal) => Operation.Of(Operation.Id("drawn_anew", ("seed", long.Parse(After("kernel drawn anew with seed "), CultureInfo.InvariantCulture)))),
        _ when text.StartsWith("kernel to zero, then batch norm statistics of the images ", StringComparison.Ordinal) => Operation.Of(Operation.Id("zero_statistics_recomputed", ("images", After("kernel to zero, then batch norm statistics of the images ")))),
        _ when text.StartsWith("zero each of ", StringComparison.Ordinal) => Operation.Of(targets: Operation.Sets(layers.Select(layer => layer!["Layer"]!.GetValue<string>().Split(' ')))),
        _ when text.EndsWith(" kernels greedily", StringComparison.Ordinal) => Operation.Of(targets: Operation.Id("greedy", ("steps", int.Parse(text.Split(' ')[1], CultureInfo.InvariantCulture)))),
        _ => throw new InvalidDataException($"What is \"{text}\"?"),
    };
}

string New(string line)
{
    var (name, parts) = (line[..line.IndexOf(':')], line[(line.IndexOf(':') + 2)..].Split(' '));
    var options = parts.Skip(1).Where(part => part.Contains('=')).Select(part => (Name: part.Split('=')[0], Value: Value(part.Split('=')[1]))).ToList();
    var tensors = parts.Skip(1).Where(part => !part.Contains('=') && !part.Contains('(')).Select(part => part.Replace('×', 'x')).ToList();
    var word = words.TryGetValue(parts[0], out var ours) ? ours : TorchModules.Describe(parts[0], options, tensors.Any(tensor => tensor.Contains('[')));
    var all = tensors.Prepend(word).Where(part => part.Length > 0).ToList();
    return all.Count == 0 ? "" : $"{name}: {string.Join(' ', all)}";
}

static string Value(string text)
{
    var items = text.Any(char.IsDigit) ? text.Split(',') : text.ToLowerInvariant().Split(',');
    return items.Distinct().Count() == 1 ? items[0] : string.Join(',', items);
}

static Recipe RecipeOf(JsonObject old) => old["Recipe"].Deserialize<Recipe>()!;

static string OldKey(JsonObject old, torch.nn.Module? start)
{
    using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    void Add(string text) => hash.AppendData(Encoding.UTF8.GetBytes(text + "\n"));
    Add("trivial-layers run 1");
    Add(OldLines(old));
    Add(old["DataFingerprint"]!.GetValue<string>());
    var recipe = RecipeOf(old);
    Add(string.Create(CultureInfo.InvariantCulture, $"Recipe {{ Name = , Epochs = {recipe.Epochs}, Batch = {recipe.Batch}, LearningRate = {recipe.LearningRate}, WarmUp = {recipe.WarmUp}, Momentum = {recipe.Momentum}, WeightDecay = {recipe.WeightDecay}, LabelSmoothing = {recipe.LabelSmoothing}, CropPadding = {recipe.CropPadding}, Flip = {recipe.Flip} }}"));
    Add(old["Seed"]!.GetValue<long>().ToString(CultureInfo.InvariantCulture));
    foreach (var (name, tensor) in start?.state_dict().OrderBy(entry => entry.Key, StringComparer.Ordinal) ?? Enumerable.Empty<KeyValuePair<string, torch.Tensor>>())
    {
        using var values = tensor.detach().cpu().contiguous();
        Add(name);
        hash.AppendData(values.bytes);
    }

    return Convert.ToHexStringLower(hash.GetHashAndReset());
}

static string OldLines(JsonObject old) => string.Concat(old["Modules"]!.AsArray().Select(line => line!.GetValue<string>() + "\n"));

void Fingerprints(JsonObject old, string path, IReadOnlyList<string> lines)
{
    using var scope = torch.NewDisposeScope();
    var (tensors, _) = Safetensors.Read(path);
    using var before = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    using var now = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    before.AppendData(Encoding.UTF8.GetBytes(OldLines(old)));
    foreach (var (name, tensor) in tensors.OrderBy(entry => entry.Key, StringComparer.Ordinal))
    {
        using var values = tensor.contiguous();
        before.AppendData(Encoding.UTF8.GetBytes(name));
        before.AppendData(values.bytes);
        now.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name}[{string.Join('x', tensor.shape)}]\n")));
        now.AppendData(values.bytes);
    }

    known[Convert.ToHexStringLower(before.GetHashAndReset())] = (Convert.ToHexStringLower(now.GetHashAndReset()), lines);
}
