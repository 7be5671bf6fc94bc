// SPDX-License-Identifier: Apache-2.0
// What the page says, in English and Chinese. A sentence that one language lacks is a type error. A view keeps its own
// sentences beside it by `wording`; those that several need are here.
import { language } from "./state.ts";

export interface Wording<T> {
    en: T;
    zh: NoInfer<T>;
}

/** Sentences of a view: call what it gives where they are shown, so that they follow the language. */
export function wording<T>(all: Wording<T>): () => T {
    return () => (language.value === "zh" ? all.zh : all.en);
}

const locale = (): string => (language.value === "zh" ? "zh-CN" : "en-GB");

/** A way to write numbers, made once: to make one takes longer than to write a thousand. */
function numbers(options: Intl.NumberFormatOptions): (value: number) => string {
    const made = new Map<string, Intl.NumberFormat>();
    return (value) => {
        const name = locale();
        const format = made.get(name) ?? new Intl.NumberFormat(name, options);
        made.set(name, format);
        return format.format(value);
    };
}

const whole = numbers({});
const threeFigures = numbers({ maximumSignificantDigits: 3 });

/** What JSON has for a count: "1223", or nothing for zero. */
export type Count = number | string | undefined;

/** 1,223. */
export function count(value: Count): string {
    return whole(Number(value ?? 0));
}

/** A number of a statistic: three figures and no more. */
export function figure(value: number | string | undefined): string {
    return threeFigures(Number(value ?? 0));
}

export const percent = numbers({ style: "percent", maximumFractionDigits: 1 });

export function clock(date: Date): string {
    return date.toLocaleTimeString(locale());
}

/** English plural: "1 document", "2 documents". */
export function plural(value: Count, one: string, many = `${one}s`): string {
    return `${count(value)} ${Number(value ?? 0) === 1 ? one : many}`;
}

export function bytes(value: number | string | undefined): string {
    const number = Number(value ?? 0);
    const units = ["B", "kB", "MB", "GB", "TB"];
    const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, number)) / 3));
    return `${figure(number / 1000 ** power)} ${units[power]}`;
}

export const words = wording({
    en: {
        views: {
            start: "Start",
            hits: "Hits",
            concordance: "Concordance",
            trend: "Trend",
            neighbours: "Neighbours",
            collocates: "Collocates",
            rising: "Rising",
            compare: "Compare",
            quote: "Quote",
            document: "Document",
            about: "About",
        },
        viewsLabel: "Views",
        skip: "Skip to the results",
        query: "Query",
        queryHint: "A phrase, as 产业链; also A NEAR/20 B, A OR B, NOT B, title:A, date:2023",
        search: "Search",
        clear: "Clear the query",
        all: "all",
        distinctShort: "distinct",
        distinctHint: "Of each group of reprints the first alone",
        language: "中文",
        languageHint: "Show this page in Chinese",
        themes: { auto: "Theme: as the system", light: "Theme: light", dark: "Theme: dark" } as Record<string, string>,
        help: "Help and keys",
        close: "Close",
        fields: {
            FIELD_TITLE: "title",
            FIELD_TEXT: "text",
            FIELD_NOTE: "note",
            FIELD_CAPTION: "caption",
            FIELD_FURNITURE: "page furniture",
        } as Record<string, string>,
        noSource: "no source",
        noDate: "no date",
        untitled: "untitled",
        filters: "Filters",
        sources: "Sources",
        years: "Years",
        from: "From",
        to: "To",
        apply: "Apply",
        moreYears: (n: number) => `${n} earlier years`,
        moreSources: (n: number) => `${n} more sources`,
        fewer: "Fewer",
        dropFilter: (what: string) => `Drop the filter ${what}`,
        dropFilters: "Drop all filters",
        documents: (n?: string | number) => plural(n, "document"),
        occurrences: (n?: string | number) => plural(n, "occurrence"),
        bridged: (n?: string | number) => `${count(n)} bridged`,
        complete: "complete",
        incomplete: "in part: a segment cannot be read",
        commit: (n: string) => `commit ${count(n)}`,
        took: (ms: number) => `${ms < 10 ? ms.toFixed(1) : count(Math.round(ms))} ms`,
        moved: (from: string, to: string) => `Newer data exists: this is from commit ${count(from)}, the collection is at ${count(to)}.`,
        linkOld: (from: string, to: string) => `Newer data exists: the link is of commit ${count(from)}, this is from commit ${count(to)}.`,
        takeNewest: "Show the newest",
        link: "Link",
        linkCopied: "Link copied",
        linkFailed: "The browser does not let the page copy. The address bar has the link.",
        linkLong: (n: number) =>
            `No link: the state of this view takes ${count(n)} characters, and links over 2,000 are cut on their way. Shorten the queries, or hand on the call instead.`,
        loading: "Asking",
        cancel: "Cancel",
        cancelled: "Cancelled.",
        again: "Ask again",
        nothing: "Nothing found",
        nothingFor: (q: string) => `No document has ${q}.`,
        nothingFiltered: (n: string) => `Without the filters: ${plural(n, "document")}.`,
        pieces: "How often its pieces occur",
        badQuery: "This query cannot be read",
        column: (n: number) => `column ${n}: `,
        goThere: "Go to that place",
        long: "This query reads much and may take a while.",
        tooLong: "The query ran as long as the server lets one run. Fewer or rarer terms help.",
        gone: "That state of the collection is gone",
        goneWhy: "The page or link was made from a commit that the server no longer holds, or has not reached.",
        startAgain: "Start again from the newest",
        tokenWanted: "This server wants a token",
        tokenWhy: "Ask who runs it. The token stays in this page's memory and is in no link.",
        tokenLabel: "Token",
        tokenWrong: "The server does not know this token.",
        tokenCannotBe: "This is no token: one has Latin letters, digits and signs, and no space.",
        tokenUse: "Use it",
        awaySince: (when: string) => `The server does not answer since ${when}. Trying again.`,
        tryNow: "Try now",
        failed: "The server could not answer",
        refused: "This cannot be asked so",
        damaged: "A file of the index is damaged",
        noSuch: "Nothing is here",
        toStart: "To the start",
        notes: "Notes",
        next: "Next",
        previous: "Previous",
        first: "First",
        pages: "Pages",
        pageOf: (n: number, of: number) => `Page ${count(n)} of ${count(of)}`,
        page: (n: number) => `Page ${count(n)}`,
        askSomething: "Type a query above to fill this view.",
        export: "Take away",
    },
    zh: {
        views: {
            start: "概览",
            hits: "文献",
            concordance: "索引行",
            trend: "趋势",
            neighbours: "邻接",
            collocates: "搭配",
            rising: "上升",
            compare: "对比",
            quote: "核对引文",
            document: "文档",
            about: "关于",
        },
        viewsLabel: "视图",
        skip: "跳到结果",
        query: "检索式",
        queryHint: "词语，如 产业链；也可写 甲 NEAR/20 乙、甲 OR 乙、NOT 乙、title:甲、date:2023",
        search: "检索",
        clear: "清空检索式",
        all: "全部",
        distinctShort: "去重",
        distinctHint: "每组转载只取最早的一篇",
        language: "English",
        languageHint: "以英文显示本页",
        themes: { auto: "主题：跟随系统", light: "主题：浅色", dark: "主题：深色" },
        help: "帮助与按键",
        close: "关闭",
        fields: {
            FIELD_TITLE: "标题",
            FIELD_TEXT: "正文",
            FIELD_NOTE: "注释",
            FIELD_CAPTION: "图表说明",
            FIELD_FURNITURE: "页眉页脚",
        },
        noSource: "无来源",
        noDate: "无日期",
        untitled: "无标题",
        filters: "筛选",
        sources: "来源",
        years: "年份",
        from: "从",
        to: "到",
        apply: "应用",
        moreYears: (n: number) => `更早的 ${n} 年`,
        moreSources: (n: number) => `另外 ${n} 个来源`,
        fewer: "收起",
        dropFilter: (what: string) => `去掉筛选 ${what}`,
        dropFilters: "去掉全部筛选",
        documents: (n?: string | number) => `${count(n)} 篇`,
        occurrences: (n?: string | number) => `${count(n)} 处`,
        bridged: (n?: string | number) => `跨行块 ${count(n)} 处`,
        complete: "完整",
        incomplete: "不完整：有一段索引无法读取",
        commit: (n: string) => `版本 ${count(n)}`,
        took: (ms: number) => `${ms < 10 ? ms.toFixed(1) : count(Math.round(ms))} 毫秒`,
        moved: (from: string, to: string) => `已有更新的数据：此处为版本 ${count(from)}，现为版本 ${count(to)}。`,
        linkOld: (from: string, to: string) => `已有更新的数据：链接为版本 ${count(from)}，此处为版本 ${count(to)}。`,
        takeNewest: "显示最新",
        link: "链接",
        linkCopied: "链接已复制",
        linkFailed: "浏览器不允许复制。地址栏中即是链接。",
        linkLong: (n: number) => `无法生成链接：此视图的状态有 ${count(n)} 个字符，超过 2,000 的链接在传送中会被截断。请缩短检索式，或改用“调用”。`,
        loading: "查询中",
        cancel: "取消",
        cancelled: "已取消。",
        again: "重新查询",
        nothing: "没有找到",
        nothingFor: (q: string) => `没有文档含有 ${q}。`,
        nothingFiltered: (n: string) => `不加筛选有 ${count(n)} 篇。`,
        pieces: "其中各部分的次数",
        badQuery: "检索式无法识别",
        column: (n: number) => `第 ${n} 个字符：`,
        goThere: "转到该处",
        long: "此查询读取内容较多，可能需要一些时间。",
        tooLong: "查询已达服务器允许的最长时间。请减少检索词，或换用较少见的词。",
        gone: "该版本的数据已不可用",
        goneWhy: "此页或链接所依据的版本，服务器已不再保留，或尚未达到。",
        startAgain: "从最新版本重新开始",
        tokenWanted: "此服务器需要令牌",
        tokenWhy: "请向管理者索取。令牌只保存在本页内存中，不会出现在链接里。",
        tokenLabel: "令牌",
        tokenWrong: "服务器不认识这个令牌。",
        tokenCannotBe: "这不是令牌：令牌只含英文字母、数字和符号，不含空格。",
        tokenUse: "使用",
        awaySince: (when: string) => `服务器自 ${when} 起没有响应，正在重试。`,
        tryNow: "立即重试",
        failed: "服务器未能回答",
        refused: "不能这样查询",
        damaged: "索引文件已损坏",
        noSuch: "这里没有内容",
        toStart: "回到概览",
        notes: "提示",
        next: "下一页",
        previous: "上一页",
        first: "第一页",
        pages: "分页",
        pageOf: (n: number, of: number) => `第 ${count(n)} 页，共 ${count(of)} 页`,
        page: (n: number) => `第 ${count(n)} 页`,
        askSomething: "请在上方输入检索式。",
        export: "导出",
    },
});
