# What the documented API promises of a transcript in json-v2, and what ours adds for pages: true, or an error that says
# where it is broken. (specification of the API, 2.10)
def want(test; what): if test then . else error("\(what): \(tostring)") end;
def text: type == "string";
def number: type == "number" and . >= 0;
def only(names): (keys - names) == [];
def count: number and floor == .;

def alternative:
    want(only(["content", "confidence", "language", "speaker"]); "unknown member of an alternative")
    | want(.content | text and length > 0; "content")
    | want(.confidence | number and . <= 1; "confidence")
    | want(.language | text; "language");

def result:
    want(.type == "word" or .type == "punctuation"; "type")
    | want(.alternatives | type == "array" and length > 0; "alternatives")
    | (.alternatives | map(alternative)) as $ok | .;

def spoken:
    want(only(["type", "start_time", "end_time", "channel", "is_eos", "attaches_to", "alternatives"]);
         "unknown member of a result")
    | want((.start_time | number) and (.end_time | number) and .end_time >= .start_time; "times")
    | want(.alternatives[0].speaker | test("^(S[0-9]+|UU)$"); "speaker")
    | if .type == "punctuation" then
        want((.is_eos | type == "boolean") and .attaches_to == "previous" and .end_time == .start_time; "mark")
      else want(has("is_eos") | not; "a word that ends a sentence") end;

def printed:
    want(only(["type", "page", "block", "paragraph", "line", "bbox", "alternatives"]); "unknown member of a result")
    | want([.page, .block, .paragraph, .line] | all(count and . > 0); "place")
    | if has("bbox") then
        want(.bbox | length == 4 and all(count) and .[0] <= .[2] and .[1] <= .[3]; "bbox")
      else . end;

def is_sorted: . == sort_by([.start_time, -.end_time]);

want(.format | text and test("^2\\.[0-9]+$"); "format")
| want(.metadata | (.created_at | text) and (.type | text); "metadata")
| want(.results | type == "array"; "results")
| (.results | map(result)) as $ok
| if .metadata.type == "transcription" then
    want(only(["format", "job", "metadata", "results"]); "unknown member")
    | want(.metadata.transcription_config.language | text; "transcription_config")
    | want(.metadata.language_pack_info | (.word_delimiter | text) and (.itn | type == "boolean")
           and (.adapted | type == "boolean") and (.writing_direction | test("^(left-to-right|right-to-left)$"));
           "language_pack_info")
    | (.results | map(spoken)) as $ok
    | want(.results | is_sorted; "order")
  else
    want(.metadata.type == "ocr" and (.metadata.ocr_config | type == "object"); "ocr_config")
    | want(only(["format", "job", "metadata", "results", "pages"]); "unknown member")
    | want(.pages | length > 0 and all(.page | count); "pages")
    | (.results | map(printed)) as $ok
    | want(([.results[].page] - [.pages[].page]) == []; "a word of no page")
  end
| true
