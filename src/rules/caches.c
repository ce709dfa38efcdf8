/* Caches of models: where they are, and whether the workload can get at them. */
#include "rules/caches.h"

#include <string.h>

const struct rf_cache_var rf_cache_vars[] = {
    {"HF_HOME", RF_CACHE_HUB, NULL, NULL, false},
    {"HF_HUB_CACHE", RF_CACHE_HUB, NULL, NULL, false},
    {"HUGGINGFACE_HUB_CACHE", RF_CACHE_HUB, "HF_HUB_CACHE", "it is the old name of HF_HUB_CACHE", true},
    {"HF_ASSETS_CACHE", RF_CACHE_HUB, NULL, NULL, false},
    {"HF_DATASETS_CACHE", RF_CACHE_HUB, NULL, NULL, false},
    {"HF_MODULES_CACHE", RF_CACHE_HUB, NULL, NULL, false},
    {"HF_XET_CACHE", RF_CACHE_HUB, NULL, NULL, false},
    {"TRANSFORMERS_CACHE", RF_CACHE_HUB, "HF_HOME",
     "it is deprecated, transformers 5 does not read it, and the hub's token, locks and xet cache stay where "
     "they are",
     false},
    {"PYTORCH_TRANSFORMERS_CACHE", RF_CACHE_HUB, "HF_HOME", "it is deprecated since transformers 2", false},
    {"PYTORCH_PRETRAINED_BERT_CACHE", RF_CACHE_HUB, "HF_HOME", "it is deprecated since transformers 1",
     false},
    {"SENTENCE_TRANSFORMERS_HOME", RF_CACHE_HUB, NULL, NULL, false},
    {"XDG_CACHE_HOME", RF_CACHE_ANY, NULL, NULL, false},
    {"XDG_CONFIG_HOME", RF_CACHE_OTHER, NULL, NULL, false},
    {"XDG_DATA_HOME", RF_CACHE_OTHER, NULL, NULL, false},
    {"TORCH_HOME", RF_CACHE_TORCH, NULL, NULL, false},
    {"TORCH_HUB", RF_CACHE_TORCH, "TORCH_HOME", "it is deprecated", true},
    {"TORCH_MODEL_ZOO", RF_CACHE_TORCH, "TORCH_HOME", "it is deprecated", true},
    {"DATA_GYM_CACHE_DIR", RF_CACHE_OTHER, "TIKTOKEN_CACHE_DIR", "it is the old name of TIKTOKEN_CACHE_DIR",
     true},
    {"HTRMOPO_DIR", RF_CACHE_OTHER, "XDG_DATA_HOME",
     "nothing reads it: htrmopo and kraken keep their models below XDG_DATA_HOME", false},
    {"NLTK_DATA", RF_CACHE_NLTK, NULL, NULL, false},
    {"OLLAMA_MODELS", RF_CACHE_OLLAMA, NULL, NULL, false},
    {"TIKTOKEN_CACHE_DIR", RF_CACHE_OTHER, NULL, NULL, false},
    {"TRITON_CACHE_DIR", RF_CACHE_OTHER, NULL, NULL, false},
    {"TRITON_HOME", RF_CACHE_OTHER, NULL, NULL, false},
    {"TORCHINDUCTOR_CACHE_DIR", RF_CACHE_OTHER, NULL, NULL, false},
    {"TORCH_EXTENSIONS_DIR", RF_CACHE_OTHER, NULL, NULL, false},
    {"NUMBA_CACHE_DIR", RF_CACHE_OTHER, NULL, NULL, false},
    {"CUDA_CACHE_PATH", RF_CACHE_OTHER, NULL, NULL, false},
    {"CUPY_CACHE_DIR", RF_CACHE_OTHER, NULL, NULL, false},
    {"MPLCONFIGDIR", RF_CACHE_OTHER, NULL, NULL, false},
    {"VLLM_CACHE_ROOT", RF_CACHE_OTHER, NULL, NULL, false},
    {"VLLM_CONFIG_ROOT", RF_CACHE_OTHER, NULL, NULL, false},
    {"FLASHINFER_WORKSPACE_BASE", RF_CACHE_OTHER, NULL, NULL, false},
    {"KERAS_HOME", RF_CACHE_OTHER, NULL, NULL, false},
    {"TFHUB_CACHE_DIR", RF_CACHE_OTHER, NULL, NULL, false},
    {"FLAIR_CACHE_ROOT", RF_CACHE_OTHER, NULL, NULL, false},
    {"EASYOCR_MODULE_PATH", RF_CACHE_OTHER, NULL, NULL, false},
    {"DOCTR_CACHE_DIR", RF_CACHE_OTHER, NULL, NULL, false},
    {"PADDLE_PDX_CACHE_HOME", RF_CACHE_OTHER, NULL, NULL, false},
    {"DEEPFACE_HOME", RF_CACHE_OTHER, NULL, NULL, false},
    {"NEMO_CACHE_DIR", RF_CACHE_OTHER, NULL, NULL, false},
    {"MODEL_CACHE_DIR", RF_CACHE_OTHER, NULL, NULL, false},
    {"JAX_COMPILATION_CACHE_DIR", RF_CACHE_OTHER, NULL, NULL, false},
    {"YOLO_CONFIG_DIR", RF_CACHE_OTHER, NULL, NULL, false},
    {"WANDB_CACHE_DIR", RF_CACHE_OTHER, NULL, NULL, false},
    {"WANDB_DIR", RF_CACHE_OTHER, NULL, NULL, false},
    {"GRADIO_TEMP_DIR", RF_CACHE_OTHER, NULL, NULL, false},
    {"JUPYTER_RUNTIME_DIR", RF_CACHE_OTHER, NULL, NULL, false},
    {"IPYTHONDIR", RF_CACHE_OTHER, NULL, NULL, false},
    {"PLAYWRIGHT_BROWSERS_PATH", RF_CACHE_OTHER, NULL, NULL, false},
    {"PUPPETEER_CACHE_DIR", RF_CACHE_OTHER, NULL, NULL, false},
};
const size_t rf_cache_var_count = RF_COUNT(rf_cache_vars);

const struct rf_cache_place rf_cache_places[] = {
    {".cache/huggingface", RF_CACHE_HUB, "HF_HOME XDG_CACHE_HOME/huggingface",
     "huggingface-hub huggingface_hub transformers datasets sentence-transformers faster-whisper whisperx "
     "diffusers accelerate vllm docling optimum peft text-generation gliner speechbrain pyannote.audio"},
    {".cache/torch", RF_CACHE_TORCH, "TORCH_HOME XDG_CACHE_HOME/torch",
     "torch torchvision torchaudio timm nemo-toolkit nemo_toolkit demucs silero-vad"},
    {".cache/whisper", RF_CACHE_WHISPER, "XDG_CACHE_HOME/whisper", "openai-whisper"},
    {"nltk_data", RF_CACHE_NLTK, "NLTK_DATA", "nltk"},
    {".ollama", RF_CACHE_OLLAMA, "OLLAMA_MODELS", ""},
    {".EasyOCR", RF_CACHE_OTHER, "EASYOCR_MODULE_PATH", "easyocr"},
    {".paddleocr", RF_CACHE_OTHER, "", "paddleocr"},
    {".paddlex", RF_CACHE_OTHER, "PADDLE_PDX_CACHE_HOME", "paddlex"},
    {".keras", RF_CACHE_OTHER, "KERAS_HOME", "keras tensorflow"},
    {".cache/doctr", RF_CACHE_OTHER, "DOCTR_CACHE_DIR", "python-doctr"},
    {".local/share/htrmopo", RF_CACHE_OTHER, "XDG_DATA_HOME/htrmopo", "kraken htrmopo"},
    {".local/share/tts", RF_CACHE_OTHER, "XDG_DATA_HOME/tts", "TTS coqui-tts"},
    {".deepface", RF_CACHE_OTHER, "DEEPFACE_HOME/.deepface", "deepface"},
    {".flair", RF_CACHE_OTHER, "FLAIR_CACHE_ROOT", "flair"},
    {".cache/vllm", RF_CACHE_OTHER, "VLLM_CACHE_ROOT XDG_CACHE_HOME/vllm", "vllm"},
    {".triton", RF_CACHE_OTHER, "TRITON_HOME/.triton", "triton"},
    {".cache", RF_CACHE_ANY, "XDG_CACHE_HOME", ""},
};
const size_t rf_cache_place_count = RF_COUNT(rf_cache_places);

const struct rf_image_package *rf_cache_user(const struct rf_image_stage *stage)
{
    for (size_t i = 0; i < rf_cache_place_count; i++) {
        const struct rf_image_package *package = rf_ask_package(stage, rf_cache_places[i].packages);

        if (package)
            return package;
    }
    return rf_ask_package(stage, "matplotlib numba librosa streamlit jupyter jupyterlab notebook ultralytics "
                                 "surya-ocr kaldi wandb cupy flashinfer-python");
}

bool rf_cache_is_set_here(const struct rf_look *look, struct rf_str name)
{
    for (size_t i = 0; i < look->subject->env_count; i++)
        if (rf_ask_same(look->subject->env[i].name.value, name))
            return true;
    return false;
}

static struct rf_str join(struct rf_look *look, struct rf_str top, const char *below)
{
    struct rf_arena *arena = look->arena;
    size_t len = strlen(below);
    char *text;

    while (top.len > 0 && top.ptr[top.len - 1] == '/')
        top.len--;
    while (*below == '/') {
        below++;
        len--;
    }
    text = rf_arena_alloc(arena, top.len + len + 2);
    if (!text) {
        look->is_failed = true;
        return (struct rf_str){0};
    }
    memcpy(text, top.ptr, top.len);
    if (len > 0) {
        text[top.len] = '/';
        memcpy(text + top.len + 1, below, len);
    }
    return (struct rf_str){text, top.len + (len > 0 ? len + 1 : 0)};
}

void rf_cache_find(struct rf_look *look, const struct rf_cache_place *place, const struct rf_ask_home *home,
                   struct rf_cache_at *ret)
{
    struct rf_str rest = rf_str_of(place->variables);

    *ret = (struct rf_cache_at){.from = home->from};
    while (rest.ptr && *place->variables != '\0') {
        struct rf_str word;
        struct rf_str name;
        struct rf_str below;
        const struct rf_fact_text *value;

        rest = rf_str_cut(rest, ' ', &word);
        below = rf_str_cut(word, '/', &name);
        value = rf_look_env(look, name);
        if (!value)
            continue;
        ret->from = value->from;
        ret->is_of_image = !rf_cache_is_set_here(look, name);
        for (size_t i = 0; i < rf_cache_var_count; i++)
            if (rf_str_is(name, rf_cache_vars[i].name))
                ret->variable = rf_cache_vars[i].name;
        if (value->from.known == RF_KNOWN && value->value.len > 0 && *value->value.ptr == '/')
            ret->path = below.len > 0
                            ? join(look, value->value, place->below + strlen(place->below) - below.len)
                            : join(look, value->value, "");
        return;
    }
    if (home->from.known == RF_KNOWN && home->path.len > 0 && *home->path.ptr == '/')
        ret->path = join(look, home->path, place->below);
}

bool rf_cache_is_offline(struct rf_look *look)
{
    static const struct rf_str names[] = {{"HF_HUB_OFFLINE", 14}, {"TRANSFORMERS_OFFLINE", 20}};

    for (size_t i = 0; i < RF_COUNT(names); i++) {
        const struct rf_fact_text *value = rf_look_env(look, names[i]);

        if (value && (value->from.known != RF_KNOWN || rf_ask_is_on(value->value)))
            return true;
    }
    return false;
}

/* --- RF-CACHE-001: in a home that is not the user's --- */

/* "/root", or the home of another account of this file; the base image's /root is 0700. */
static bool is_foreign(const struct rf_look *look, const struct rf_look_user *user, struct rf_str path,
                       struct rf_str *ret_home)
{
    struct rf_image_path_state state = {0};

    *ret_home = RF_STR("/root");
    if (rf_look_is_below(path, *ret_home)) {
        if (!look->stage)
            return true;
        rf_image_find_path(look->stage, *ret_home, &state);
        if (state.mode_by && (!state.has_mode || (state.mode & 01)))
            return false;
        return !state.owned_by || (state.owner.has_uid && user->has_uid && state.owner.uid != user->uid);
    }
    for (const struct rf_image_account *account = look->stage ? look->stage->accounts : NULL; account;
         account = account->prev) {
        if (account->is_group || account->is_gone || !rf_str_starts(account->home, "/home/") ||
            !rf_look_is_below(path, account->home))
            continue;
        *ret_home = account->home;
        if (user->has_uid && account->has_id && account->id != user->uid)
            return rf_ask_can_write(look, user, account->home, &state) == RF_IMAGE_NO &&
                   rf_ask_can_write(look, user, path, &state) != RF_IMAGE_YES;
    }
    return false;
}

static void judge_variable(struct rf_look *look, const struct rf_look_user *user, const char *name)
{
    const struct rf_fact_text *value = rf_look_env(look, rf_str_of(name));
    struct rf_str home;

    if (!value || value->from.known != RF_KNOWN || !is_foreign(look, user, value->value, &home))
        return;
    /* What the image says of its own user is said where the image is made. */
    if (!rf_look_is_stage(look) && user->is_from_image && !rf_cache_is_set_here(look, rf_str_of(name)))
        return;
    rf_look_found(look, &value->from, "%s is %.*s, and \"%.*s\" can neither write nor enter %.*s", name,
                  RF_FMT(value->value), RF_FMT(user->text), RF_FMT(home));
}

void rf_cache_look_home(struct rf_look *look)
{
    const struct rf_subject *subject = look->subject;
    struct rf_look_user user;
    struct rf_str home;

    if (!rf_ask_is_shipped(look) || subject->kind == RF_SUBJECT_POD)
        return;
    rf_look_user(look, &user);
    if (user.kind != RF_USER_OTHER)
        return;
    if (user.text.len == 0)
        user.text = RF_STR("the user");
    for (size_t i = 0; i < rf_cache_var_count; i++)
        judge_variable(look, &user, rf_cache_vars[i].name);
    for (size_t i = 0; i < subject->mount_count; i++) {
        const struct rf_mounted *mounted = &subject->mounts[i];

        if (mounted->target.from.known == RF_KNOWN && is_foreign(look, &user, mounted->target.value, &home))
            rf_look_found(look, &mounted->target.from,
                          "%.*s is mounted in %.*s, which \"%.*s\" cannot enter: not even reading works",
                          RF_FMT(mounted->target.value), RF_FMT(home), RF_FMT(user.text));
    }
}

/* --- RF-CACHE-004: variables that nothing reads --- */

void rf_cache_look_unread(struct rf_look *look)
{
    if (!rf_ask_is_shipped(look))
        return;
    for (size_t i = 0; i < rf_cache_var_count; i++) {
        const struct rf_cache_var *var = &rf_cache_vars[i];
        const struct rf_fact_text *value;

        if (!var->instead || !rf_cache_is_set_here(look, rf_str_of(var->name)))
            continue;
        value = rf_look_env(look, rf_str_of(var->name));
        /* Set together with what is read now, it is for old releases. */
        if (!value || rf_look_env(look, rf_str_of(var->instead)))
            continue;
        if (var->is_read)
            rf_look_maybe(look, &value->from, "%s: %s; set %s", var->name, var->why, var->instead);
        else
            rf_look_found(look, &value->from, "%s: %s; set %s", var->name, var->why, var->instead);
    }
}
